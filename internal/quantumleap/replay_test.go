package quantumleap

import (
	"context"
	"net"
	"strings"
	"testing"

	"pollpush/internal/headers"
	"pollpush/pkg/wire"
)

// The ledger of a client that makes the paper's exchange on a socket has 909 bytes of headers; without
// line ends they are the paper's 871.
func TestReplay(t *testing.T) {
	got, err := replayPaper(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := Replay{Request: Head{Bytes: 716, Characters: 692}, Answer: Head{Bytes: 193, Characters: 179}, BodyBytes: 21}
	if got != want || got.Together() != (Head{Bytes: 909, Characters: 871}) {
		t.Errorf("%+v", got)
	}
}

func paper(t *testing.T) player {
	t.Helper()
	request, answer, err := headers.Paper()
	if err != nil {
		t.Fatal(err)
	}
	return player{request: request, answer: answer}
}

// An exchange that differs from the paper's is not taken for it, however it came about.
func TestReplayOfAnotherExchange(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *player)
	}{
		{"a byte more in the request", func(p *player) { p.request = strings.Replace(p.request, "gzip", "gzipp", 1) }},
		{"a byte less in the answer", func(p *player) { p.answer = strings.Replace(p.answer, "9.1_02", "9.1_0", 1) }},
		{"a line less in the request", func(p *player) { p.request = strings.Replace(p.request, "Keep-Alive: 300\r\n", "", 1) }},
		{"a byte from the answer to the request", func(p *player) {
			p.request = strings.Replace(p.request, "gzip", "gzipp", 1)
			p.answer = strings.Replace(p.answer, "9.1_02", "9.1_0", 1)
		}},
		{"as many bytes in a line less", func(p *player) {
			p.request = strings.Replace(p.request, "Keep-Alive: 300\r\n", "", 1)
			p.request = strings.Replace(p.request, "gzip", "gzip"+strings.Repeat("p", 17), 1)
		}},
		{"as many characters in a line less", func(p *player) {
			p.request = strings.Replace(p.request, "Keep-Alive: 300\r\n", "", 1)
			p.request = strings.Replace(p.request, "gzip", "gzip"+strings.Repeat("p", 15), 1)
		}},
		{"no length", func(p *player) { p.answer = strings.Replace(p.answer, "Content-Length: 21", "Content-Length: 2x", 1) }},
		{"no request", func(p *player) { p.request = "PING\r\n\r\n" }},
		{"another byte on the way", func(p *player) { p.dial = altering('g', 'G') }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := paper(t)
			c.change(&p)
			r, err := p.play(t.Context())
			if err == nil {
				err = r.check()
			}
			if err == nil {
				t.Errorf("it was taken for the paper's: %+v", r)
			}
		})
	}
}

// altering returns a dial whose connections turn one byte into another on its way to the server.
func altering(from, to byte) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return alteredConn{conn, from, to}, err
	}
}

type alteredConn struct {
	net.Conn

	from, to byte
}

func (c alteredConn) Write(p []byte) (int, error) {
	return c.Conn.Write([]byte(strings.ReplaceAll(string(p), string(c.from), string(c.to))))
}

// What is booked, seen and carried must be the same.
func TestCountFindsDifferences(t *testing.T) {
	const request, answer = "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"
	book := wire.Ledger{Up: wire.Bytes{Header: int64(len(request))}, Down: wire.Bytes{Header: int64(len(answer))}}
	for _, c := range []struct {
		name     string
		ledger   wire.Ledger
		up, down int64 // more on the socket
		right    bool
	}{
		{"all the same", book, 0, 0, true},
		{"a byte not booked", book.Sub(wire.Ledger{Up: wire.Bytes{Header: 1}}), 0, 0, false},
		{"a byte too much booked", book.Add(wire.Ledger{Down: wire.Bytes{Header: 1}}), 0, 0, false},
		{"more went up", book, 1, 0, false},
		{"more came down", book, 0, 1, false},
	} {
		var s stream
		s.WillWrite([]byte(request))
		s.WasRead([]byte(answer + "body"))
		var totals wire.Totals
		totals.Written.Add(int64(len(request)) + c.up)
		totals.Read.Add(int64(len(answer+"body")) + c.down)
		if _, err := s.count(c.ledger, 4, &totals); (err == nil) != c.right {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
