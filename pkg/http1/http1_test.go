package http1_test

import (
	"io"
	"net"
	"testing"

	"pollpush/internal/memnet"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/wire"
)

var clk = clock.New()

// connect returns a client's connection and the server's end of it.
func connect(t testing.TB) (*http1.Conn, net.Conn) {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	client, err := n.DialContext(t.Context(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _, _ = client.Close(), server.Close(), l.Close() })
	return http1.NewConn(wire.NewMeter(client, clk, new(wire.Totals))), server
}

// receive returns a connection on which stream has arrived, so that one Read takes all of it that
// fits the reader's buffer, and then the end of file.
func receive(t testing.TB, stream string) *http1.Conn {
	t.Helper()
	c, server := connect(t)
	if _, err := io.WriteString(server, stream); err != nil {
		t.Fatal(err)
	}
	_ = server.Close()
	return c
}

// dribble is a connection that brings one byte a Read.
type dribble struct{ net.Conn }

func (d dribble) Read(p []byte) (int, error) { return d.Conn.Read(p[:min(len(p), 1)]) }

// receiveBytewise is receive with a Read for every byte.
func receiveBytewise(t testing.TB, stream string) *http1.Conn {
	t.Helper()
	return http1.NewConn(wire.NewMeter(dribble{receive(t, stream).Meter()}, clk, new(wire.Totals)))
}

// arrivals are the ways in which a stream can arrive. What is read from it, and what each part of
// it took, must not depend on them.
var arrivals = []struct {
	name    string
	receive func(testing.TB, string) *http1.Conn
}{
	{"at once", receive},
	{"bytewise", receiveBytewise},
}

// wantHead reads a head and checks its status and length.
func wantHead(t *testing.T, c *http1.Conn, status, bytes int) http1.Head {
	t.Helper()
	before := c.Consumed()
	head, err := c.ReadHead()
	if err != nil {
		t.Fatal(err)
	}
	if head.Status != status || head.Bytes != int64(bytes) || c.Consumed()-before != int64(bytes) {
		t.Fatalf("status %d, a head of %d bytes, %d consumed; want %d, %d", head.Status, head.Bytes, c.Consumed()-before, status, bytes)
	}
	return head
}

// wantBody reads the body after head, and checks it and what it took of the connection.
func wantBody(t *testing.T, c *http1.Conn, head http1.Head, want string, bytes int) {
	t.Helper()
	before := c.Consumed()
	body, err := exchange.ReadAll(c.Body(head), nil, 1<<20)
	if err != nil || string(body) != want || c.Consumed()-before != int64(bytes) {
		t.Fatalf("body %.60q, %v, %d bytes consumed; want %.60q, %d", body, err, c.Consumed()-before, want, bytes)
	}
}

// take returns what has crossed a connection since the last call.
func take(c *http1.Conn) (l wire.Ledger) {
	c.Book(&l)
	return l
}
