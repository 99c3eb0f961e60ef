package memnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"

	"pollpush/internal/memnet"
)

const serverAddr = "server:80"

// halfConn is a connection that closes in halves, as *net.TCPConn does.
type halfConn interface {
	net.Conn
	CloseWrite() error
}

// result is what a call that may block returned.
type result struct {
	n   int
	err error
}

// start runs a call that is expected to block, and returns once it does or has
// returned. The result is in the channel by then or not at all.
func start(call func() (int, error)) <-chan result {
	done := make(chan result, 1)
	go func() {
		n, err := call()
		done <- result{n, err}
	}()
	synctest.Wait()
	return done
}

func startRead(c net.Conn) <-chan result {
	return start(func() (int, error) { return c.Read(make([]byte, 16)) })
}

func wantBlocked(t *testing.T, done <-chan result) {
	t.Helper()
	synctest.Wait()
	select {
	case r := <-done:
		t.Fatalf("call returned %d, %v; want it to block", r.n, r.err)
	default:
	}
}

func wantReturned(t *testing.T, done <-chan result) result {
	t.Helper()
	synctest.Wait()
	select {
	case r := <-done:
		return r
	default:
		t.Fatal("call is still blocked")
		return result{}
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error is %v, want %v", got, want)
	}
}

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	wantErr(t, err, os.ErrDeadlineExceeded)
	if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		t.Fatalf("%v is not a timeout to package net", err)
	}
}

func wantRead(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}

func wantReadErr(t *testing.T, c net.Conn, want error) {
	t.Helper()
	n, err := c.Read(make([]byte, 16))
	if n != 0 {
		t.Fatalf("read %d bytes, want %v", n, want)
	}
	wantErr(t, err, want)
}

func wantWriteErr(t *testing.T, c net.Conn, want error) {
	t.Helper()
	_, err := c.Write([]byte("x"))
	wantErr(t, err, want)
}

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if n, err := io.WriteString(c, s); n != len(s) || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(s), err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func listen(t *testing.T, n *memnet.Network, address string) net.Listener {
	t.Helper()
	l, err := n.Listen(address)
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t *testing.T, n *memnet.Network, address string) halfConn {
	t.Helper()
	c, err := n.DialContext(context.Background(), "tcp", address)
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c.(halfConn)
}

func accept(t *testing.T, l net.Listener) halfConn {
	t.Helper()
	c, err := l.Accept()
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c.(halfConn)
}

func pair(t *testing.T) (client, server halfConn) {
	t.Helper()
	var n memnet.Network
	l := listen(t, &n, serverAddr)
	client = dial(t, &n, serverAddr)
	return client, accept(t, l)
}
