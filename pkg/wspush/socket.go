package wspush

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"pollpush/pkg/fanout"
	"pollpush/pkg/wire"
)

// socket is one client's connection. The pool writes its messages; the library reads, and writes control
// frames.
type socket struct {
	handler *Handler
	conn    *websocket.Conn
	wire    *connection // what conn stands on
	reader  fanout.Reader
	pinging *time.Timer
	pings   int         // how many were written; ping's alone
	awaited atomic.Bool // the pong to the last one
	over    atomic.Bool // nothing is to be written any more
}

// run reads until the connection is closed: it answers pings, takes pongs, and ends when the client closes
// or breaks the protocol. Clients have nothing to say here: one that sends a message is closed with 1008.
func (s *socket) run() {
	s.pinging = time.AfterFunc(time.Hour, s.ping)
	s.pinging.Reset(s.interval()) // not before ping can see the timer
	if _, _, err := s.conn.Reader(context.Background()); err == nil {
		s.close(websocket.StatusPolicyViolation)
	}
	s.over.Store(true)
	s.pinging.Stop()
	_ = s.conn.CloseNow()
	s.handler.Counters.Subscribers.Add(-1)
	s.handler.Pool.Remove(&s.reader)
}

// Send implements fanout.Sink. How long a write may take is the business of the connection underneath, as it
// is for the other transports.
func (s *socket) Send(unit []byte) error {
	if !s.wire.texts {
		_, err := s.wire.Conn.Write(unit)
		return err
	}
	s.wire.message <- struct{}{}
	defer func() { <-s.wire.message }()
	err := s.conn.Write(context.Background(), websocket.MessageText, unit)
	if errors.Is(err, net.ErrClosed) {
		return fanout.ErrEnded // it is being closed, and not by us
	}
	return err
}

// Cut implements fanout.Sink.
func (s *socket) Cut() { _ = s.wire.Close() } // run finds out

// End implements fanout.Sink.
func (s *socket) End() { s.close(websocket.StatusGoingAway) }

// close makes the closing handshake. A client that does not do its part in time is cut off; the
// library alone would wait for ever for the rest of a frame.
func (s *socket) close(code websocket.StatusCode) {
	s.over.Store(true) // no ping behind a close frame
	cut := time.AfterFunc(wire.CloseTimeout, s.Cut)
	defer cut.Stop()
	_ = s.conn.Close(code, "") // it is over either way
}
