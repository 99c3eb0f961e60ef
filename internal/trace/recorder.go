package trace

import (
	"context"
	"errors"
	"net"
	"sort"
	"sync"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// recorder records what crosses the connections of one client: on the socket, and above TLS where
// there is TLS. It is safe for concurrent use.
type recorder struct {
	clock clock.Clock
	start clock.Instant
	dial  func(ctx context.Context, network, address string) (net.Conn, error)

	mu          sync.Mutex
	order       int // counts all that is recorded
	connections []*connection
}

// mark is when something crossed, and its place among all that did.
type mark struct {
	end   int // of the bytes it was; the mark before it ends where they begin
	at    time.Duration
	order int
}

// flow is what crossed in one direction.
type flow struct {
	bytes []byte
	marks []mark
}

// until returns the mark of the byte before end.
func (f *flow) until(end int) mark {
	i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].end >= end })
	if i == len(f.marks) {
		return mark{}
	}
	return f.marks[i]
}

// flows are both directions of something.
type flows struct{ up, down flow }

// connection is what is recorded of one.
type connection struct {
	opened, closed mark
	socket         flows
	secured        mark   // when TLS was ready
	inside         *flows // what TLS carried; nil on plain TCP
}

// stream returns what the transport wrote and read.
func (c *connection) stream() *flows {
	if c.inside != nil {
		return c.inside
	}
	return &c.socket
}

// now returns the next mark; mu is held.
func (r *recorder) now() mark {
	r.order++
	return mark{at: r.clock.Now().Sub(r.start), order: r.order}
}

// sofar returns the place of the last thing recorded.
func (r *recorder) sofar() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order
}

func (r *recorder) add(f *flow, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.now()
	f.bytes = append(f.bytes, p...)
	m.end = len(f.bytes)
	f.marks = append(f.marks, m)
}

// cut takes back the last n bytes of a write that went wrong.
func (r *recorder) cut(f *flow, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f.bytes = f.bytes[:len(f.bytes)-n]
	f.marks[len(f.marks)-1].end -= n
}

// Dial opens a connection and records it from its first byte.
func (r *recorder) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := r.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &connection{opened: r.now()}
	r.connections = append(r.connections, c)
	return &recorded{Conn: conn, recorder: r, connection: c}, nil
}

// Tap records what TLS carries on the connection that was opened last.
func (r *recorder) Tap() wire.Tap {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.connections[len(r.connections)-1]
	c.secured, c.inside = r.now(), &flows{}
	return &tap{recorder: r, flows: c.inside}
}

// tap records the stream above TLS.
type tap struct {
	recorder *recorder
	flows    *flows
}

// WillWrite implements wire.Tap.
func (t *tap) WillWrite(p []byte) { t.recorder.add(&t.flows.up, p) }

// WasRead implements wire.Tap.
func (t *tap) WasRead(p []byte) { t.recorder.add(&t.flows.down, p) }

// recorded is a connection that is recorded.
type recorded struct {
	net.Conn
	recorder   *recorder
	connection *connection
}

// Read records what came in.
func (c *recorded) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.recorder.add(&c.connection.socket.down, p[:n])
	}
	return n, err
}

// Write records before it writes, so that no answer stands before its question.
func (c *recorded) Write(p []byte) (int, error) {
	c.recorder.add(&c.connection.socket.up, p)
	n, err := c.Conn.Write(p)
	if n < len(p) {
		c.recorder.cut(&c.connection.socket.up, len(p)-n)
	}
	return n, err
}

// CloseWrite sends the FIN.
func (c *recorded) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close records the first close.
func (c *recorded) Close() error {
	c.recorder.mu.Lock()
	if c.connection.closed.order == 0 {
		c.connection.closed = c.recorder.now()
	}
	c.recorder.mu.Unlock()
	return c.Conn.Close()
}
