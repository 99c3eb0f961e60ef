package fanout

import (
	"sync"

	"pollpush/pkg/feed"
)

// Encoding is how a transport puts messages on its wire, the same for all readers. What it returns is
// shared, and must not be changed. It is comparable, and safe for concurrent use.
type Encoding interface {
	Message(m feed.Message) ([]byte, error)
	Gap(g feed.Gap) ([]byte, error)
}

// kept is how many encoded messages a channel keeps. Readers are served in turns of fewer, so a message that
// one has had encoded is found by all others but those whose writer was put to sleep meanwhile.
const kept = 2 * turn

// channel is what readers of the same log and encoding have in common. Its pool's lock guards it, but for
// the units.
type channel struct {
	key     key
	pool    *Pool
	idle    *list  // readers that have everything
	version uint64 // how often something was published
	readers int

	mu    sync.Mutex
	units [kept]unit // the latest messages, by sequence number modulo kept
}

// key tells channels apart.
type key struct {
	log      *feed.Log
	encoding Encoding
}

// unit is a message as it goes over the wire.
type unit struct {
	seq   uint64
	bytes []byte
}

// Wake implements feed.Follower: all readers are to be served. It does not depend on how many they are.
func (c *channel) Wake() {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	c.version++
	c.pool.queue.take(c.idle)
	c.pool.hire()
}

// encode returns a message as it goes over the wire. One that is shared is encoded once, unless that was
// long ago; the others are not worth keeping.
func (c *channel) encode(m feed.Message, shared bool) ([]byte, error) {
	if !shared {
		return c.key.encoding.Message(m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	slot := &c.units[m.Seq%kept]
	if slot.seq == m.Seq {
		return slot.bytes, nil
	}
	bytes, err := c.key.encoding.Message(m)
	if err == nil && slot.seq < m.Seq {
		*slot = unit{m.Seq, bytes}
	}
	return bytes, err
}
