package libraries

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// masked is the payload as a client sends it: with a masking key, which need not be a good one here.
var masked = func() []byte {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b := append([]byte{0x81, 0x80 | 126, 0, byte(len(payload))}, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}()

// pair is a library's connection and the bare one at its other end.
type pair struct {
	server conn
	peer   net.Conn
}

// connect makes n connections to a server of the library, whose handlers stay in serve, if it is not nil, as long
// as the connection lives. They end with the test.
func connect(tb testing.TB, l library, n int, serve func(conn)) []pair {
	tb.Helper()
	accepted := make(chan conn)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := l.accept(w, r)
		if err != nil {
			tb.Error(err)
			return
		}
		accepted <- c
		if serve != nil {
			serve(c)
		}
	}))
	tb.Cleanup(server.Close)
	pairs := make([]pair, n)
	for i := range pairs {
		peer, err := dial(tb.Context(), server.Listener.Addr().String())
		if err != nil {
			tb.Fatal(err)
		}
		select {
		case c := <-accepted:
			pairs[i] = pair{c, peer}
		case <-time.After(10 * time.Second):
			tb.Fatal("no connection was accepted")
		}
		tb.Cleanup(func() {
			_ = peer.Close()
			pairs[i].server.close()
		})
	}
	return pairs
}

// dial opens a connection and makes the opening handshake, without a buffer that would stay.
func dial(ctx context.Context, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", address); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil) // nothing comes behind the head before it is asked for
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	if got := response.Header.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		return nil, fmt.Errorf("status %d, Sec-WebSocket-Accept %q", response.StatusCode, got)
	}
	return c, nil
}

// drain reads what comes to a peer until it ends, and tells how much each time.
func drain(c net.Conn, arrived func(bytes int)) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		arrived(n)
		if err != nil {
			return
		}
	}
}
