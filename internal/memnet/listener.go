package memnet

import (
	"context"
	"net"
	"syscall"
)

// backlogSize is the number of connections that wait to be accepted before
// dialers wait in their turn. It is the least that systems in use have, so a
// server that outgrows it in a test would outgrow it elsewhere.
const backlogSize = 128

// listener is the net.Listener a Network hands out.
type listener struct {
	network *Network
	addr    addr
	backlog chan *conn
	closed  chan struct{}
}

func newListener(n *Network, a addr) *listener {
	return &listener{
		network: n,
		addr:    a,
		backlog: make(chan *conn, backlogSize),
		closed:  make(chan struct{}),
	}
}

// Accept waits for the next connection, in the order they were dialed. It
// fails with net.ErrClosed once the listener is closed.
func (l *listener) Accept() (net.Conn, error) {
	// A select between two ready channels is a toss, and a closed listener must
	// not accept by luck.
	if l.isClosed() {
		return nil, l.failure("accept", net.ErrClosed)
	}
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.closed:
		return nil, l.failure("accept", net.ErrClosed)
	}
}

// Close frees the address and resets the connections nobody has accepted, for
// their dialers would wait forever otherwise. Connections that were accepted
// live on. A second Close fails with net.ErrClosed.
func (l *listener) Close() error {
	if !l.network.unbind(l) {
		return l.failure("close", net.ErrClosed)
	}
	close(l.closed)
	l.refuseQueued()
	return nil
}

// Addr is the address to dial.
func (l *listener) Addr() net.Addr { return l.addr }

// offer queues a connection, or says why it cannot.
func (l *listener) offer(ctx context.Context, c *conn) error {
	select {
	case l.backlog <- c:
	case <-l.closed:
		return syscall.ECONNREFUSED
	case <-ctx.Done():
		return ctx.Err()
	}
	// Close may have emptied the backlog just before c went in.
	if l.isClosed() {
		l.refuseQueued()
	}
	return nil
}

func (l *listener) refuseQueued() {
	for {
		select {
		case c := <-l.backlog:
			c.abort()
		default:
			return
		}
	}
}

func (l *listener) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

func (l *listener) failure(op string, err error) error {
	return &net.OpError{Op: op, Net: l.addr.Network(), Addr: l.addr, Err: err}
}
