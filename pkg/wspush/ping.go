package wspush

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pollpush/pkg/fanout"
)

// pingFrame is the byte that a ping begins with (RFC 6455 sections 5.2 and 5.5.2).
const pingFrame = 0x89

func (s *socket) interval() time.Duration {
	if s.handler.Ping == 0 {
		return DefaultPing
	}
	return s.handler.Ping
}

// ping pings the client, and cuts it off when no pong came to the last one. The library is not asked to: its
// pings wait behind what is being written, for five seconds, and then it closes the connection, however long
// the connection lets a reader take. What is being written asks the client for a sign of life as a ping does,
// so it takes the place of one.
func (s *socket) ping() {
	began := time.Now()
	if s.over.Load() {
		return
	}
	if !s.wire.writing() {
		if s.awaited.Load() {
			s.handler.Counters.Failed.Add(1)
			s.Cut()
			return
		}
		if err := s.writePing(); err != nil {
			if !errors.Is(err, fanout.ErrEnded) {
				s.Cut()
			}
			return
		}
	}
	if !s.over.Load() {
		s.pinging.Reset(s.interval() - time.Since(began))
	}
}

// writePing writes a ping that carries its number, and awaits the pong, unless a message came first.
func (s *socket) writePing() error {
	number := strconv.Itoa(s.pings + 1)
	frame := append([]byte{pingFrame, byte(len(number))}, number...)
	s.awaited.Store(true) // before it is written: the pong may be there at once
	written, err := s.wire.ping(frame)
	if !written {
		s.awaited.Store(false)
		return nil
	}
	s.pings++
	return err
}

// pong is called for each pong. One is as good as another: the client lives.
func (s *socket) pong(context.Context, []byte) { s.awaited.Store(false) }

// writing reports whether something is being written to the client.
func (c *connection) writing() bool { return len(c.message) > 0 || c.Writing() }

// ping writes a ping, and reports whether it did: not within a message, nor while something else is written.
func (c *connection) ping(frame []byte) (bool, error) {
	if c.texts {
		select {
		case c.message <- struct{}{}:
			defer func() { <-c.message }()
		default:
			return false, nil
		}
	}
	return c.TryWrite(frame)
}
