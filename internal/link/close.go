package link

import (
	"net"
	"time"
)

// lingerTimeout bounds how long a peer that does not read keeps a closed connection, after the link
// has carried what was written.
const lingerTimeout = 5 * time.Second

// Close ends the calls that wait, and returns at once. What was written still travels, and behind it
// the FIN, or a reset when there is data that nobody read; only then is the socket closed. When the
// FIN has arrived before, it is closed now. A second Close fails with net.ErrClosed.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.failure("close", net.ErrClosed)
	}
	c.closed, c.unread = true, c.down.held > 0
	c.down.drop()
	c.down.alarm.stop()
	c.down.changed.Broadcast()
	c.up.changed.Broadcast()
	_ = c.socket.SetReadDeadline(time.Unix(1, 0)) // ends receive; if it fails, so does its read
	if c.lost.err != nil || (c.finSent && !c.unread) {
		c.release()
		return nil
	}
	if !c.ended || c.finSent {
		c.up.sendEnd(time.Now())
	}
	_ = c.socket.SetWriteDeadline(c.up.end.Add(lingerTimeout)) // if it fails, so does what is written
	c.up.wake()
	return nil
}

// finish does what the end of up asks for.
func (c *conn) finish() {
	c.up.end = time.Time{}
	if c.closed {
		c.release()
		return
	}
	c.finSent = true
	if s, ok := c.socket.(closeWriter); ok { // CloseWrite has asked
		_ = s.CloseWrite() // it fails when the connection is lost, which readers learn
	}
}

// lose notes that the connection is lost, which this side will know when the news has travelled.
// What is on its way to the peer is lost with it.
func (c *conn) lose(err error, known time.Time) {
	c.up.drop()
	c.up.changed.Broadcast()
	if c.closed {
		c.release()
		return
	}
	if c.lost.err == nil {
		c.lost = loss{err: err, known: known}
	}
}

// release closes the socket.
func (c *conn) release() {
	if c.released {
		return
	}
	c.released = true
	c.up.drop()
	c.up.alarm.stop()
	if s, ok := c.socket.(interface{ SetLinger(int) error }); ok && c.unread {
		_ = s.SetLinger(0) // if it fails, a FIN is what the peer gets
	}
	_ = c.socket.Close() // who closed the connection is gone
}
