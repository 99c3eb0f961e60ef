package http2_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"

	"pollpush/internal/memnet"
	"pollpush/pkg/exchange"
	pollpush "pollpush/pkg/http2"
	"pollpush/pkg/wire"
)

// serve runs net/http's server, and returns a connection to it and the totals of both its sides.
func serve(t *testing.T, handler http.HandlerFunc) (c *pollpush.Conn, client, server *wire.Totals) {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	client, server = new(wire.Totals), new(wire.Totals)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	s := &http.Server{Handler: handler, Protocols: protocols}
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(meteredListener{l, server}) }()
	t.Cleanup(func() { _ = s.Close(); <-served })
	conn, err := n.DialContext(t.Context(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return pollpush.NewConn(wire.NewMeter(conn, clk, client), false), client, server
}

type meteredListener struct {
	net.Listener
	totals *wire.Totals
}

func (l meteredListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return wire.NewMeter(conn, clk, l.totals), nil
}

// Exchanges with net/http's server bring what it was asked for, and every byte of both sides is
// booked, also where flow control has a say.
func TestAgainstNetHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Host != request.Host || r.UserAgent() != "Go-http-client/2.0" || r.ProtoMajor != 2 {
				t.Errorf("%s %s from %q", r.Proto, r.Host, r.UserAgent())
			}
			n, _ := strconv.Atoi(r.URL.Query().Get("n"))
			w.Header().Set("Content-Type", "text/plain")
			if n == 0 {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			if _, err := w.Write(pattern(n)); err != nil {
				t.Error(err)
			}
		})
		var sum wire.Ledger
		var body []byte
		for i, n := range []int{0, 1, 100, 5000, 1 << 20, 0, 20 << 20, 1} {
			r := request
			r.Target = fmt.Appendf(nil, "/?n=%d", n)
			answer, err := c.Get(r)
			if err != nil {
				t.Fatal(err)
			}
			status := http.StatusOK
			if n == 0 {
				status = http.StatusNoContent
			}
			body, err = exchange.ReadAll(answer.Body, body, 1<<30)
			if err != nil || answer.Status != status || !bytes.Equal(body, pattern(n)) {
				t.Errorf("exchange %d: status %d, %d bytes, %v; want %d", i, answer.Status, len(body), err, n)
			}
			sum = sum.Add(take(c))
		}
		c.Meter().Finish()
		c.Drain()
		sum = sum.Add(take(c))
		if up, down := client.Written.Load(), client.Read.Load(); sum.Up.Socket() != up || sum.Down.Socket() != down {
			t.Errorf("booked %d up and %d down, %d and %d crossed", sum.Up.Socket(), sum.Down.Socket(), up, down)
		}
		synctest.Wait()
		if up, down := server.Read.Load(), server.Written.Load(); sum.Up.Socket() != up || sum.Down.Socket() != down {
			t.Errorf("booked %d up and %d down, the server counts %d and %d", sum.Up.Socket(), sum.Down.Socket(), up, down)
		}
		if sum.Connections != 1 || client.Cut.Load() != 0 {
			t.Errorf("%d connections, %d of them cut; want 1 that ends in order", sum.Connections, client.Cut.Load())
		}
	})
}

// pattern is n bytes that are not all the same.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 3)
	}
	return b
}

// What a stream brings piece by piece is read piece by piece, and each piece is booked with its
// frame, when it is read.
func TestStreamIsBookedAsItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := make(chan string)
		c, _, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for event := range next {
				_, _ = io.WriteString(w, event)
				_ = http.NewResponseController(w).Flush()
			}
		})
		go func() { next <- "first" }()
		answer, err := c.Get(request)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 3)
		read := func(want string) wire.Bytes {
			n, err := answer.Body.Read(buf)
			if err != nil || string(buf[:n]) != want {
				t.Errorf("read %q, %v; want %q", buf[:n], err, want)
			}
			return take(c).Down
		}
		take(c)
		for _, piece := range []struct {
			event, first, rest string
		}{{"", "fir", "st"}, {"secnd", "sec", "nd"}} {
			if piece.event != "" {
				go func() { next <- piece.event }()
			}
			down := read(piece.first)
			if piece.event != "" && down != (wire.Bytes{Framing: 9 + 3}) {
				t.Errorf("the first 3 bytes of a frame took %+v, want 9 more", down)
			}
			if down := read(piece.rest); down != (wire.Bytes{Framing: 2}) {
				t.Errorf("the rest of a frame took %+v, want 2", down)
			}
		}
		close(next)
		if n, err := answer.Body.Read(buf); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%d, %v; want the end", n, err)
		}
		c.Meter().Finish()
		c.Drain()
	})
}
