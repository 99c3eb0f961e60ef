package link

import (
	"bytes"
	"errors"
	"net"
	"syscall"
	"time"
)

// closeWriter is a connection that can end its sending half alone.
type closeWriter interface{ CloseWrite() error }

// Write returns when all of p is queued, which waits for room. Concurrent Writes do not interleave.
// The count tells how much is on its way; after the connection was lost, that may reach nobody.
func (c *conn) Write(p []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.takeTurn(); err != nil {
		return 0, c.failure("write", err)
	}
	defer c.passTurn()
	for {
		now := time.Now()
		if err := c.unwritable(now); err != nil {
			return n, c.failure("write", err)
		}
		n += c.queue(p[n:], now)
		if n == len(p) {
			return n, nil
		}
		c.up.wait()
	}
}

func (c *conn) takeTurn() error {
	for c.writing {
		if err := c.unwritable(time.Now()); err != nil {
			return err
		}
		c.up.wait()
	}
	c.writing = true
	return nil
}

func (c *conn) passTurn() {
	c.writing = false
	c.up.changed.Broadcast()
}

// unwritable says why nothing can be written now, if so.
func (c *conn) unwritable(now time.Time) error {
	switch err := c.stopped(&c.up, now); {
	case err != nil:
		return err
	case c.ended:
		return syscall.EPIPE
	case c.lost.err != nil && !now.Before(c.lost.known):
		return c.lost.err
	}
	return nil
}

// queue puts as much of p on its way as there is room for. Between the loss of a connection and the
// news of it that is lost as well, when the socket does not take it.
func (c *conn) queue(p []byte, now time.Time) int {
	n := min(len(p), c.up.room())
	c.up.send(now, bytes.Clone(p[:n]))
	c.up.wake()
	return n
}

// CloseWrite sends the FIN behind what was written. Repeating it is harmless.
func (c *conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.failure("close", net.ErrClosed)
	}
	if _, ok := c.socket.(closeWriter); !ok {
		return c.failure("close", errors.ErrUnsupported)
	}
	if c.ended {
		return nil
	}
	c.ended = true
	c.up.sendEnd(time.Now())
	c.up.wake()
	c.up.changed.Broadcast()
	return nil
}

// ringUp has writers look at the clock, and hands on what has arrived.
func (c *conn) ringUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up.alarm.at = time.Time{}
	c.up.changed.Broadcast()
	if c.flushing {
		return // who does will see to what is left, too
	}
	c.flushing = true
	c.flush()
	c.flushing = false
	c.up.wake()
}

// flush hands to the socket what has arrived by now, and its end.
func (c *conn) flush() {
	for {
		now := time.Now()
		switch {
		case c.up.arrived(now):
			c.hand(c.up.shift())
		case c.up.ended(now):
			c.finish()
		default:
			return
		}
	}
}

// hand writes data to the socket. That may take its time, in which the mutex is not held.
func (c *conn) hand(data []byte) {
	c.mu.Unlock()
	_, err := c.socket.Write(data)
	c.mu.Lock()
	c.up.held -= len(data)
	c.up.changed.Broadcast() // there is room
	if err != nil {
		c.lose(err, c.down.line.carry(time.Now(), 0, c.down.line.transit()))
	}
}
