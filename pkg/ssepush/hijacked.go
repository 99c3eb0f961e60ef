package ssepush

import (
	"net"
	"sync/atomic"
	"time"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/wire"
)

// maxNoise bounds what a client may send behind its request. It has nothing to say there.
const maxNoise = 16 << 10

// hijacked is a stream on a connection that was taken over from net/http, which keeps buffers of 10 KB and two
// goroutines for each. The pool writes its events.
type hijacked struct {
	handler *Handler
	conn    *fanout.Conn
	reader  fanout.Reader
	opened  time.Time
	written atomic.Int64 // when something last was, in nanoseconds from opened
	quiet   *time.Timer
	over    atomic.Bool
}

// take has a connection served whose answer has begun.
func (h *Handler) take(conn net.Conn, log *feed.Log, after uint64) {
	s := &hijacked{handler: h, conn: fanout.NewConn(conn), opened: time.Now()}
	s.reader = fanout.Reader{Log: log, After: after, Encoding: chunks{}, Sink: s, Counters: h.Counters}
	h.Pool.Add(&s.reader)
	// A goroutine that begins here has a stack a quarter the size of the one that answered the request.
	go s.run() // until the connection is closed
}

// run reads until the client has gone, and ends the stream.
func (s *hijacked) run() {
	s.quiet = time.AfterFunc(time.Hour, s.keepAlive)
	s.quiet.Reset(s.handler.interval()) // not before keepAlive can see the timer
	var noise [16]byte
	for n, err := 0, error(nil); err == nil && n < maxNoise; {
		var more int
		more, err = s.conn.Read(noise[:])
		n += more
	}
	s.over.Store(true)
	s.quiet.Stop()
	s.End()
	s.handler.Counters.Subscribers.Add(-1)
	s.handler.Pool.Remove(&s.reader)
}

// Send implements fanout.Sink.
func (s *hijacked) Send(unit []byte) error {
	s.written.Store(int64(time.Since(s.opened)))
	_, err := s.conn.Write(unit)
	return err
}

// Cut implements fanout.Sink.
func (s *hijacked) Cut() { _ = s.conn.Close() } // run finds out

// End implements fanout.Sink. What is being written comes first, for a while.
func (s *hijacked) End() {
	cut := time.AfterFunc(wire.CloseTimeout, s.Cut)
	defer cut.Stop()
	_ = s.conn.End([]byte(lastChunk)) // it is over either way
	_ = s.conn.Close()
}

// keepAlive is called when the stream may have been quiet for long enough: a timer that is set anew by every
// message would be paid for by every message.
func (s *hijacked) keepAlive() {
	rest := s.handler.interval() - (time.Since(s.opened) - time.Duration(s.written.Load()))
	if rest <= 0 {
		if s.Send([]byte(keepAliveChunk)) != nil {
			s.Cut()
			return
		}
		rest = s.handler.interval()
	}
	if !s.over.Load() {
		s.quiet.Reset(rest)
	}
}
