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
	over    atomic.Bool
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
	cut := time.AfterFunc(wire.CloseTimeout, s.Cut)
	defer cut.Stop()
	_ = s.conn.Close(code, "") // it is over either way
}

func (s *socket) interval() time.Duration {
	if s.handler.Ping == 0 {
		return DefaultPing
	}
	return s.handler.Ping
}

// ping pings the client, and cuts it off when no pong comes before the next ping is due.
func (s *socket) ping() {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), s.interval())
	defer cancel()
	if s.conn.Ping(ctx) != nil {
		s.Cut()
	} else if !s.over.Load() {
		s.pinging.Reset(s.interval() - time.Since(began))
	}
}
