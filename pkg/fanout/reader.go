package fanout

import (
	"errors"

	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// ErrEnded says that the last word has been written to a connection. It is no failure.
var ErrEnded = errors.New("fanout: the connection has ended")

// Sink is where a reader's messages go. Send is called by one goroutine at a time.
type Sink interface {
	// Send writes an encoded message, or gap. How long it may take is the sink's business.
	Send(unit []byte) error
	// Cut closes the connection at once, and does not wait. It is called when Send has failed, but not
	// with ErrEnded. Whoever made the reader finds out by itself, and removes it.
	Cut()
	// End ends the connection in order. It is called once, by a goroutine of its own.
	End()
}

// Reader follows a log from a cursor on. Its fields are not to be changed once it was added to a pool.
type Reader struct {
	Log      *feed.Log
	After    uint64 // the cursor to begin with
	Encoding Encoding
	Sink     Sink
	Counters *transport.Counters

	link
	channel *channel
	after   uint64
	seen    uint64 // the channel's version when its turn began
	shared  bool   // it was not the only reader of its channel then
	slow    bool   // the last turn in which something was written held a writer up
	over    bool   // nothing more is written to it
}

// turn is how many messages a reader gets before it is the next one's turn.
const turn = 8

// serve writes what follows the reader's cursor, and reports whether that was all; at most a turn, unless
// the writer is there for nobody else.
func (r *Reader) serve(w *writer) (all bool, err error) {
	for n := 0; n < turn || w.heldUp.Load(); n++ {
		m, missed, ok := r.Log.Next(r.after)
		if !ok {
			return true, nil
		}
		if missed > 0 {
			if err := r.tell(w, feed.Gap{Missed: missed, Next: m.Seq}); err != nil {
				return false, err
			}
		}
		unit, err := r.channel.encode(m, r.shared)
		if err == nil {
			err = w.send(r.Sink, unit)
		}
		if err != nil {
			return false, err
		}
		r.after = m.Seq
		r.Counters.Sent.Add(1)
	}
	return false, nil
}

// tell tells the reader what it missed.
func (r *Reader) tell(w *writer, gap feed.Gap) error {
	unit, err := r.Encoding.Gap(gap)
	if err == nil {
		err = w.send(r.Sink, unit)
	}
	if err == nil {
		r.after = gap.Next - 1
		r.Counters.Missed.Add(int64(gap.Missed))
	}
	return err
}
