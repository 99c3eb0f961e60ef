package link_test

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/memnet"
)

const serverAddr = "server:80"

// halfConn is a connection that closes in halves, as *net.TCPConn does.
type halfConn interface {
	net.Conn
	CloseWrite() error
}

// pair is a connection over a link: the client's end, and the server's, which the link knows nothing
// of.
func pair(t *testing.T, p link.Profile) (client, server halfConn) {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen(serverAddr)
	must(t, err)
	must(t, p.Validate())
	c, err := p.Dialer(n.DialContext)(t.Context(), "tcp", serverAddr)
	must(t, err)
	s, err := l.Accept()
	must(t, err)
	t.Cleanup(func() { _, _, _ = c.Close(), s.Close(), l.Close() })
	return c.(halfConn), s.(halfConn)
}

// bubble runs a test in virtual time.
func bubble(name string, t *testing.T, run func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, run) })
}

// stopwatch returns how much time has passed since.
func stopwatch() func() time.Duration {
	begun := time.Now()
	return func() time.Duration { return time.Since(begun) }
}

func wantTook(t *testing.T, took func() time.Duration, want time.Duration) {
	t.Helper()
	if got := took(); got != want {
		t.Errorf("took %v, want %v", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error is %v, want %v", got, want)
	}
}

func send(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

func wantRead(t *testing.T, r io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}

func wantReadErr(t *testing.T, r io.Reader, want error) {
	t.Helper()
	n, err := r.Read(make([]byte, 16))
	if n != 0 {
		t.Fatalf("read %d bytes, want %v", n, want)
	}
	wantErr(t, err, want)
}

func wantWriteErr(t *testing.T, w io.Writer, want error) {
	t.Helper()
	_, err := io.WriteString(w, "x")
	wantErr(t, err, want)
}

// isGone reports whether an error is one of a peer that is no more.
func isGone(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	wantErr(t, err, os.ErrDeadlineExceeded)
	if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() {
		t.Fatalf("%v is not a timeout to package net", err)
	}
}
