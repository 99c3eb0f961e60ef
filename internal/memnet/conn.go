package memnet

import (
	"errors"
	"io"
	"net"
	"time"
)

// conn is one end of a connection. All its state is in the two pipes, each of
// which the peer holds by its other end, so that there is nothing to keep in
// step and no lock that spans both directions.
type conn struct {
	local, remote addr
	in, out       *pipe
}

func newConnPair(from, to addr) (dialed, accepted *conn) {
	up, down := newPipe(), newPipe()
	dialed = &conn{local: from, remote: to, in: down, out: up}
	accepted = &conn{local: to, remote: from, in: up, out: down}
	return dialed, accepted
}

// Read waits for data and returns what there is of it, up to len(b). It fails
// with io.EOF once all is read of a peer that closed or half-closed, with
// syscall.ECONNRESET once the peer reset the connection, with
// os.ErrDeadlineExceeded past the read deadline even when data is there, and
// with net.ErrClosed once this end is closed.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.failure("read", err)
}

// Write returns once all of b is in the peer's buffer, which waits for the
// peer to read when b does not fit. It fails with syscall.EPIPE once the peer
// closed or this end half-closed, with syscall.ECONNRESET once the peer reset
// the connection, with os.ErrDeadlineExceeded past the write deadline, and with
// net.ErrClosed once this end is closed. The count then tells how much the peer
// may have received.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b)
	return n, c.failure("write", err)
}

// Close ends both directions and unblocks the calls on this end. The peer
// still reads what was written, unless this end leaves received data unread:
// the connection is then reset, because the peer must not believe that data was
// processed. A second Close fails with net.ErrClosed.
func (c *conn) Close() error {
	unread, err := c.in.closeRead()
	if err != nil {
		return c.failure("close", err)
	}
	if unread {
		c.out.reset()
		return nil
	}
	return c.failure("close", c.out.closeWrite(net.ErrClosed))
}

// CloseWrite ends the direction away from this end: the peer reads what is
// buffered, then io.EOF, while this end goes on reading. Repeating it is
// harmless; after Close it fails with net.ErrClosed.
func (c *conn) CloseWrite() error {
	return c.failure("close", c.out.closeWrite(errShutdown))
}

// abort closes with a reset whether or not data is unread, for a peer whose
// connection nobody took up.
func (c *conn) abort() {
	c.in.refuse()
	c.out.reset()
}

// LocalAddr is the address of this end. That of an accepted connection is its
// listener's.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the address of the peer, which for an accepted connection is
// an IP address and port that no other dialer of the Network has.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both the read and the write deadline.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline makes Reads fail from t on, those that wait included. A time
// in the past interrupts them now, a later time or the zero one revives the
// connection. It fails with net.ErrClosed once this end is closed.
func (c *conn) SetReadDeadline(t time.Time) error {
	return c.deadlineFailure(c.in.setReadDeadline(t))
}

// SetWriteDeadline is SetReadDeadline for Writes. A Write it interrupts may
// have written in part.
func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.deadlineFailure(c.out.setWriteDeadline(t))
}

// failure leaves io.EOF bare because callers compare it, as package net does.
func (c *conn) failure(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &net.OpError{
		Op:     op,
		Net:    c.local.Network(),
		Source: c.local,
		Addr:   c.remote,
		Err:    sysError(op, err),
	}
}

func (c *conn) deadlineFailure(err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: "set", Net: c.local.Network(), Addr: c.local, Err: err}
}
