package source_test

import (
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pollpush/internal/source"
)

func parse(t *testing.T, text string) source.List {
	t.Helper()
	l, err := source.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// All of 127.0.0.0/8 is this machine's on Linux, and a documentation address (RFC 5737) never is.
func TestCheck(t *testing.T) {
	if err := parse(t, "127.0.0.1-127.0.0.9,127.77.0.1").Check(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"127.0.0.2,203.0.113.7", "127.255.255.255", "2001:db8::1"} {
		if err := parse(t, text).Check(); err == nil || !strings.Contains(err.Error(), "is not an address of this machine (") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Connections come from the addresses in turn, and the kernel chooses their ports when they connect: what it
// chose at the bind, no other connection of the address could have, wherever it goes.
func TestDial(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	l := parse(t, "127.0.0.2-127.0.0.4")
	for i, want := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.2"} {
		conn, err := l.Dial(i)(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		accepted, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if from, _, _ := net.SplitHostPort(accepted.RemoteAddr().String()); from != want {
			t.Errorf("connection %d comes from %s, want %s", i, from, want)
		}
		if late(t, conn) != 1 {
			t.Errorf("connection %d had its port before it knew where to go", i)
		}
		_, _ = conn.Close(), accepted.Close()
	}
}

// late returns the socket option IP_BIND_ADDRESS_NO_PORT of a connection.
func late(t *testing.T, conn net.Conn) (value int) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if controlErr := raw.Control(func(fd uintptr) {
		value, err = unix.GetsockoptInt(int(fd), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT)
	}); controlErr != nil || err != nil {
		t.Fatal(controlErr, err)
	}
	return value
}
