package memnet_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
)

func TestNetwork(t *testing.T) {
	behaviours := []struct {
		name  string
		holds func(t *testing.T, n *memnet.Network)
	}{
		{"a dial to nobody is refused", dialRefused},
		{"an address is used once", addressInUse},
		{"a listener closed twice leaves its successor", closeTwice},
		{"port 0 is a free port", freePort},
		{"malformed addresses fail", malformed},
		{"dialers have addresses of their own", dialersNamed},
		{"connections are accepted in order", acceptedInOrder},
		{"accept ends when the listener closes", acceptEnds},
		{"closing the listener resets the queue", queueReset},
		{"closing the listener keeps the accepted", acceptedLiveOn},
		{"a full backlog blocks the dialer", backlogBlocks},
		{"a dialer in wait gives up with its context", dialGivesUp},
		{"a dialer in wait is refused by close", dialInWaitRefused},
		{"a dial with a done context fails", dialDone},
		{"networks are apart", networksApart},
	}
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b.holds(t, &memnet.Network{})
			})
		})
	}
}

func tryDial(ctx context.Context, n *memnet.Network, address string) error {
	c, err := n.DialContext(ctx, "tcp", address)
	if err == nil {
		err = c.Close()
	}
	return err
}

func startDial(ctx context.Context, n *memnet.Network) <-chan result {
	return start(func() (int, error) { return 0, tryDial(ctx, n, serverAddr) })
}

// fillBacklog dials until a dial blocks, and returns how many did not and the
// one that did.
func fillBacklog(t *testing.T, ctx context.Context, n *memnet.Network) (int, <-chan result) {
	t.Helper()
	for queued := range 10000 {
		last := startDial(ctx, n)
		select {
		case r := <-last:
			must(t, r.err)
		default:
			return queued, last
		}
	}
	t.Fatal("the backlog has no bound")
	return 0, nil
}

func dialRefused(t *testing.T, n *memnet.Network) {
	err := tryDial(t.Context(), n, serverAddr)
	wantErr(t, err, syscall.ECONNREFUSED)
	if oe, ok := errors.AsType[*net.OpError](err); !ok || oe.Op != "dial" || oe.Addr.String() != serverAddr {
		t.Fatalf("%#v is not the error of a dial", err)
	}
	must(t, listen(t, n, serverAddr).Close())
	wantErr(t, tryDial(t.Context(), n, serverAddr), syscall.ECONNREFUSED)
}

func addressInUse(t *testing.T, n *memnet.Network) {
	first := listen(t, n, serverAddr)
	_, err := n.Listen(serverAddr)
	wantErr(t, err, syscall.EADDRINUSE)
	listen(t, n, "server:81")
	must(t, first.Close())
	listen(t, n, serverAddr)
}

func closeTwice(t *testing.T, n *memnet.Network) {
	first := listen(t, n, serverAddr)
	must(t, first.Close())
	second := listen(t, n, serverAddr)
	wantErr(t, first.Close(), net.ErrClosed)
	dial(t, n, serverAddr)
	accept(t, second)
}

func freePort(t *testing.T, n *memnet.Network) {
	first, second := listen(t, n, "server:0"), listen(t, n, "server:0")
	if first.Addr().String() == second.Addr().String() {
		t.Fatalf("both listen on %s", first.Addr())
	}
	if !strings.HasPrefix(first.Addr().String(), "server:") {
		t.Errorf("listener is on %s", first.Addr())
	}
	c := dial(t, n, second.Addr().String())
	accept(t, second)
	if c.RemoteAddr() != second.Addr() {
		t.Errorf("reached %s", c.RemoteAddr())
	}
}

func malformed(t *testing.T, n *memnet.Network) {
	_, err := n.Listen("server")
	if _, ok := errors.AsType[*net.AddrError](err); !ok {
		t.Errorf("listen without a port: %v", err)
	}
	err = tryDial(t.Context(), n, "server")
	if _, ok := errors.AsType[*net.AddrError](err); !ok {
		t.Errorf("dial without a port: %v", err)
	}
	_, err = n.DialContext(t.Context(), "udp", serverAddr)
	wantErr(t, err, net.UnknownNetworkError("udp"))
}

func dialersNamed(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	seen := make(map[string]bool)
	for range 20000 {
		client := dial(t, n, serverAddr)
		from := accept(t, l).RemoteAddr().String()
		if seen[from] || from != client.LocalAddr().String() {
			t.Fatalf("%s dials twice, or as %s", from, client.LocalAddr())
		}
		seen[from] = true
		must(t, client.Close())
	}
}

func acceptedInOrder(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	first, second := dial(t, n, serverAddr), dial(t, n, serverAddr)
	for _, client := range []halfConn{first, second} {
		if got := accept(t, l).RemoteAddr(); got != client.LocalAddr() {
			t.Fatalf("accepted %s, want %s", got, client.LocalAddr())
		}
	}
}

func acceptEnds(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	call := func() (int, error) { _, err := l.Accept(); return 0, err }
	waiting := start(call)
	wantBlocked(t, waiting)
	must(t, l.Close())
	wantErr(t, wantReturned(t, waiting).err, net.ErrClosed)
	wantErr(t, wantReturned(t, start(call)).err, net.ErrClosed)
	wantErr(t, l.Close(), net.ErrClosed)
}

func queueReset(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	silent, eager := dial(t, n, serverAddr), dial(t, n, serverAddr)
	send(t, eager, "hello")
	read := startRead(silent)
	must(t, l.Close())
	wantErr(t, wantReturned(t, read).err, syscall.ECONNRESET)
	wantReadErr(t, eager, syscall.ECONNRESET)
	wantWriteErr(t, eager, syscall.ECONNRESET)
	wantWriteErr(t, silent, syscall.ECONNRESET)
}

func acceptedLiveOn(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	client, server := dial(t, n, serverAddr), accept(t, l)
	must(t, l.Close())
	send(t, client, "alive")
	wantRead(t, server, "alive")
}

func backlogBlocks(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	queued, last := fillBacklog(t, t.Context(), n)
	if queued < 16 {
		t.Fatalf("only %d connections wait to be accepted", queued)
	}
	accept(t, l)
	must(t, wantReturned(t, last).err)
}

func dialGivesUp(t *testing.T, n *memnet.Network) {
	listen(t, n, serverAddr)
	ctx, cancel := context.WithCancel(t.Context())
	_, last := fillBacklog(t, ctx, n)
	cancel()
	wantErr(t, wantReturned(t, last).err, context.Canceled)

	begun := time.Now()
	ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := tryDial(ctx, n, serverAddr)
	wantErr(t, err, context.DeadlineExceeded)
	if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		t.Errorf("%v is not a timeout to package net", err)
	}
	if took := time.Since(begun); took != 5*time.Second {
		t.Errorf("gave up after %v", took)
	}
}

func dialInWaitRefused(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	_, last := fillBacklog(t, t.Context(), n)
	must(t, l.Close())
	wantErr(t, wantReturned(t, last).err, syscall.ECONNREFUSED)
}

func dialDone(t *testing.T, n *memnet.Network) {
	l := listen(t, n, serverAddr)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantErr(t, tryDial(ctx, n, serverAddr), context.Canceled)
	client := dial(t, n, serverAddr)
	if got := accept(t, l).RemoteAddr(); got != client.LocalAddr() {
		t.Fatalf("accepted %s, which was never dialed", got)
	}
}

func networksApart(t *testing.T, n *memnet.Network) {
	var other memnet.Network
	listen(t, n, serverAddr)
	wantErr(t, tryDial(t.Context(), &other, serverAddr), syscall.ECONNREFUSED)
	listen(t, &other, serverAddr)
}
