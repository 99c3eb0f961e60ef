package link

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// What is read from a socket at once: little, so that an idle connection is cheap, and more while
// there is more.
const (
	readBytes     = 1 << 10
	bulkReadBytes = 32 << 10
)

// Read waits for data to arrive and returns what there is of it. Past the read deadline it fails,
// even when data is there. When the connection was lost it fails once the news has arrived.
func (c *conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		now := time.Now()
		if err := c.stopped(&c.down, now); err != nil {
			return 0, c.failure("read", err)
		}
		if n := c.down.read(p, now); n > 0 || len(p) == 0 {
			c.down.changed.Broadcast() // there is room
			return n, nil
		}
		if c.down.ended(now) {
			return 0, c.failure("read", c.readEnd)
		}
		c.down.wake()
		c.down.wait()
	}
}

// receive stamps what comes out of the socket, until it ends or the connection is closed.
func (c *conn) receive() {
	small := make([]byte, readBytes)
	for buf := small; c.awaitRoom(); {
		n, err := c.socket.Read(buf)
		if !c.received(buf[:n], err) {
			return
		}
		switch {
		case n < len(buf):
			buf = small
		case len(buf) == len(small):
			buf = make([]byte, bulkReadBytes)
		}
	}
}

// awaitRoom waits until more may be on its way, and reports whether the connection is open.
func (c *conn) awaitRoom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed && c.down.room() == 0 {
		c.down.changed.Wait()
	}
	return !c.closed
}

// received puts what a read of the socket brought on its way, and reports whether there may be more.
func (c *conn) received(data []byte, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	now := time.Now()
	c.down.send(now, bytes.Clone(data))
	if err != nil {
		c.down.sendEnd(now)
		c.readEnd = err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.lose(err, c.down.end)
	}
	c.down.wake()
	return err == nil
}

// ringDown has readers look at the clock.
func (c *conn) ringDown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down.alarm.at = time.Time{}
	c.down.changed.Broadcast()
}
