package link

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a connection over an emulated link. Like any net.Conn it is safe for concurrent use.
type conn struct {
	socket net.Conn // what is underneath

	mu       sync.Mutex
	up, down direction
	readEnd  error // what the end of down is: io.EOF, or what the socket failed with
	lost     loss  // zero while the connection is alive

	writing  bool // a Write has its turn
	flushing bool // a goroutine hands what has arrived to the socket
	ended    bool // CloseWrite was called
	finSent  bool // and its FIN has arrived
	closed   bool // Close was called
	unread   bool // while there was data that nobody read
	released bool // the socket is closed
}

// loss is why a connection was lost, and when this side learns of it.
type loss struct {
	err   error
	known time.Time
}

// newConn returns a connection over socket, whose goroutine ends when it is closed.
func newConn(socket net.Conn, up, down line) *conn {
	c := &conn{socket: socket}
	c.up, c.down = newDirection(up, &c.mu, c.ringUp), newDirection(down, &c.mu, c.ringDown)
	go c.receive()
	return c
}

// LocalAddr is the socket's.
func (c *conn) LocalAddr() net.Addr { return c.socket.LocalAddr() }

// RemoteAddr is the socket's.
func (c *conn) RemoteAddr() net.Addr { return c.socket.RemoteAddr() }

// SyscallConn is the socket's, for what the kernel tells of it. To read or write it would overtake
// what is on its way.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if s, ok := c.socket.(syscall.Conn); ok {
		return s.SyscallConn()
	}
	return nil, c.failure("raw-control", errors.ErrUnsupported)
}

// SetDeadline sets both the read and the write deadline.
func (c *conn) SetDeadline(t time.Time) error { return c.setDeadline(t, &c.down, &c.up) }

// SetReadDeadline makes Reads fail from t on, those that wait included.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, &c.down) }

// SetWriteDeadline makes Writes fail from t on, those that wait included. What they have queued by
// then is on its way all the same.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, &c.up) }

func (c *conn) setDeadline(t time.Time, of ...*direction) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.failure("set", net.ErrClosed)
	}
	for _, d := range of {
		d.deadline = t
		d.changed.Broadcast()
	}
	return nil
}

// stopped says why a call in a direction may not go on, if so.
func (c *conn) stopped(d *direction, now time.Time) error {
	switch {
	case c.closed:
		return net.ErrClosed
	case d.overdue(now):
		return os.ErrDeadlineExceeded
	}
	return nil
}

// failure says where an error happened, as package net does. io.EOF stays bare, because callers
// compare it.
func (c *conn) failure(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if inner, ok := errors.AsType[*net.OpError](err); ok {
		err = inner.Err // the socket's own, of another call
	}
	return &net.OpError{Op: op, Net: c.RemoteAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}
