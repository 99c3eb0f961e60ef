package feed

import (
	"slices"
	"sync"
	"sync/atomic"

	"pollpush/pkg/clock"
)

// Log is the append-only sequence of one topic's messages, numbered from 1. It keeps a bounded
// tail; a reader that falls behind the tail is told how many messages it missed, so memory stays
// bounded and no loss is silent. It is safe for concurrent use.
type Log struct {
	maxMessages int
	maxBytes    int

	mu    sync.RWMutex
	tail  []Message // ring: the message with sequence s stands at s % len(tail)
	first uint64    // sequence of the oldest message kept
	next  uint64    // sequence of the next message
	bytes int       // sum of the kept messages' lengths
	more  chan struct{}

	followers []Follower  // replaced, never changed
	awaited   atomic.Bool // somebody has more, and may be waiting for it
}

// Follower is told of every publication.
type Follower interface {
	// Wake says that something was appended. It is called by the publisher, and must not take long: what
	// there is to do is somebody else's to do.
	Wake()
}

func newLog(maxMessages, maxBytes int) *Log {
	return &Log{
		maxMessages: maxMessages,
		maxBytes:    maxBytes,
		first:       1,
		next:        1,
		more:        make(chan struct{}),
	}
}

// Batch is what follows a cursor.
type Batch struct {
	// Missed counts the messages after the cursor that are no longer kept.
	Missed uint64
	// Messages are those that are, in order.
	Messages []Message
	// More is closed soon after something is appended that is not in this batch.
	More <-chan struct{}
}

// Publish encodes a message of size bytes that was due at due, and appends it. The message is
// encoded once; every reader shares the bytes.
func (l *Log) Publish(due clock.Instant, size int) (Message, error) {
	l.mu.Lock()
	raw, err := encode(l.next, due, size)
	if err != nil {
		l.mu.Unlock()
		return Message{}, err
	}
	return l.append(due, raw), nil
}

// Append appends a message whose bytes somebody else made, a JSON object that the caller no
// longer changes. The log gives it the next sequence number.
func (l *Log) Append(due clock.Instant, raw []byte) Message {
	l.mu.Lock()
	return l.append(due, raw)
}

// append appends a message to the log, which is locked, unlocks it, and tells who waits. Readers that run at
// once would find it locked otherwise, and whoever waits for a lock is put to sleep again.
func (l *Log) append(due clock.Instant, raw []byte) Message {
	m := Message{Seq: l.next, Due: due, Raw: raw}
	l.keep(m)
	followers, more, awaited := l.followers, l.more, l.awaited.Swap(false)
	l.more = make(chan struct{})
	l.mu.Unlock()
	for _, f := range followers {
		f.Wake()
	}
	if awaited {
		go close(more) // it takes milliseconds to wake ten thousand, and the next publication may be due
	} else {
		close(more)
	}
	return m
}

// keep puts a message into the tail.
func (l *Log) keep(m Message) {
	if int(l.next-l.first) == len(l.tail) {
		l.grow()
	}
	if int(l.next-l.first) == l.maxMessages {
		l.dropOldest()
	}
	l.tail[l.next%uint64(len(l.tail))] = m
	l.next++
	l.bytes += len(m.Raw)
	for l.bytes > l.maxBytes && l.first < l.next-1 {
		l.dropOldest()
	}
}

// Attach has a follower told of every publication from now on.
func (l *Log) Attach(f Follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.followers = append(slices.Clone(l.followers), f)
}

// Detach has a follower told no more. It may be told once more of what is being published.
func (l *Log) Detach(f Follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.followers = slices.DeleteFunc(slices.Clone(l.followers), func(other Follower) bool { return other == f })
}

// grow doubles the ring up to its bound, so that ten thousand quiet topics cost little.
func (l *Log) grow() {
	size := min(max(2*len(l.tail), 8), l.maxMessages)
	if size == len(l.tail) {
		return
	}
	ring := make([]Message, size)
	for s := l.first; s < l.next; s++ {
		ring[s%uint64(size)] = l.tail[s%uint64(len(l.tail))]
	}
	l.tail = ring
}

func (l *Log) dropOldest() {
	slot := &l.tail[l.first%uint64(len(l.tail))]
	l.bytes -= len(slot.Raw)
	*slot = Message{}
	l.first++
}

// Next returns the first message after the cursor that is still kept, and how many before it are not; ok
// is false when there is none.
func (l *Log) Next(after uint64) (m Message, missed uint64, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if after >= l.next-1 {
		return Message{}, 0, false
	}
	seq := max(after+1, l.first)
	return l.tail[seq%uint64(len(l.tail))], seq - after - 1, true
}

// Since returns what follows the cursor after, the sequence number of the last message the reader
// has (0: none). The messages are appended to buf[:0], which may be nil; their bytes are shared
// and must not be changed. A cursor beyond the end is treated as the end.
func (l *Log) Since(after uint64, buf []Message) Batch {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b := Batch{Messages: buf[:0], More: l.more}
	if !l.awaited.Load() { // readers share this, so that it is not written without need
		l.awaited.Store(true)
	}
	if after >= l.next-1 {
		return b
	}
	from := max(after+1, l.first)
	b.Missed = from - after - 1
	for s := from; s < l.next; s++ {
		b.Messages = append(b.Messages, l.tail[s%uint64(len(l.tail))])
	}
	return b
}

// End returns the sequence number of the newest message, 0 when there was none: the cursor of a
// reader that wants only what is still to come.
func (l *Log) End() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.next - 1
}
