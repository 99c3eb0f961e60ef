package memnet

import (
	"context"
	"net"
	"os"
	"sync"
	"syscall"
)

// Network joins listeners and dialers. The zero value is ready for use, and
// must not be copied after. Two Networks share nothing, so tests that each have
// their own may use the same addresses in parallel.
type Network struct {
	mu        sync.Mutex
	listeners map[addr]*listener
	dialed    uint32
}

// Listen announces a listener on address, which is "host:port". The host is
// any name and is compared as it is written: a listener on ":80" is reached by
// dialing ":80". Port 0 stands for a free port, which the listener's Addr
// tells.
//
// An address that has a listener fails with an error that wraps
// syscall.EADDRINUSE; it is free again once that listener is closed, whatever
// becomes of the connections it accepted.
func (n *Network) Listen(address string) (net.Listener, error) {
	a, err := resolve("tcp", address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: err}
	}
	l, err := n.bind(a)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: a, Err: os.NewSyscallError("bind", err)}
	}
	return l, nil
}

// DialContext connects to the listener on address. Its signature is the one
// http.Transport and net.Dialer have, so that it takes their place; network is
// "tcp", "tcp4" or "tcp6", and makes no difference.
//
// It fails at once, with an error that wraps syscall.ECONNREFUSED, when nobody
// listens there. It does not wait for the listener to accept the connection,
// only for a place in its backlog, and gives that up when ctx is done or the
// listener closed. Once it has returned, ctx no longer matters.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	a, err := resolve(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	c, err := n.connect(ctx, a)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: a, Err: sysError("connect", err)}
	}
	return c, nil
}

func (n *Network) bind(a addr) (*listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, err := choosePort(a, n.taken)
	if err != nil {
		return nil, err
	}
	if n.taken(a) {
		return nil, syscall.EADDRINUSE
	}
	if n.listeners == nil {
		n.listeners = make(map[addr]*listener)
	}
	l := newListener(n, a)
	n.listeners[a] = l
	return l, nil
}

// taken needs n.mu held.
func (n *Network) taken(a addr) bool {
	_, ok := n.listeners[a]
	return ok
}

// unbind reports whether l held its address. The network is the one place that
// knows, since by the time a listener is closed twice another may have taken
// its address.
func (n *Network) unbind(l *listener) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[l.addr] != l {
		return false
	}
	delete(n.listeners, l.addr)
	return true
}

func (n *Network) connect(ctx context.Context, to addr) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l, from := n.route(to)
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	client, server := newConnPair(from, to)
	if err := l.offer(ctx, server); err != nil {
		return nil, err
	}
	return client, nil
}

// route finds who listens on an address and names who calls it.
func (n *Network) route(to addr) (*listener, addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.listeners[to]
	if l == nil {
		return nil, ""
	}
	from := dialerAddr(n.dialed)
	n.dialed++
	return l, from
}
