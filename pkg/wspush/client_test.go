package wspush_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"pollpush/internal/memnet"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
	"pollpush/pkg/wspush"
)

// sink keeps what a subscription brings.
type sink struct {
	ready  int
	seqs   []uint64
	missed uint64
	units  []wire.Ledger
	sum    wire.Ledger
	failed func() error // what Ready returns, if set
}

func (s *sink) Ready(context.Context) error {
	s.ready++
	if s.failed != nil {
		return s.failed()
	}
	return nil
}

func (s *sink) Unit(u *transport.Unit) {
	for _, m := range u.Messages {
		s.seqs = append(s.seqs, m.Seq)
	}
	s.missed += u.Missed
	s.units = append(s.units, u.Cost)
	s.sum = s.sum.Add(u.Cost)
}

// site is a network with a server at server:80 and our client of it.
type site struct {
	client wspush.Client
	totals wire.Totals
	listen net.Listener
	fields []string // of the 101 that script answers, besides those that must be
}

func newSite(t *testing.T) *site {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &site{listen: l}
	s.client.Dialer = &transport.Dialer{Dial: n.DialContext, Clock: clock.New(), Totals: &s.totals}
	s.client.Endpoint = transport.Endpoint{Address: "server:80", Host: "server"}
	return s
}

// subscribe follows for d, and checks what must hold however it went: the ledger accounts for every
// byte on the socket, and the connection was closed in order.
func (s *site) subscribe(t *testing.T, d time.Duration) (*sink, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	got := new(sink)
	err := s.client.Subscribe(ctx, got)
	if up, down := got.sum.Up.Socket(), got.sum.Down.Socket(); up != s.totals.Written.Load() || down != s.totals.Read.Load() {
		t.Errorf("booked %d up and %d down, on the socket were %d and %d", up, down, s.totals.Written.Load(), s.totals.Read.Load())
	}
	if opened, closed, cut := s.totals.Opened.Load(), s.totals.Closed.Load(), s.totals.Cut.Load(); opened != 1 || closed != 1 || cut != 0 {
		t.Errorf("%d connections opened, %d closed, %d cut; want 1, 1, 0", opened, closed, cut)
	}
	return got, err
}

// answer is the 101 to a request, as small as it can be with the given fields.
func answer(r *http.Request, fields ...string) string {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		strings.Join(append([]string{base64.StdEncoding.EncodeToString(sum[:])}, fields...), "\r\n") + "\r\n\r\n"
}

// script plays a server: it answers the opening handshake and sends all frames in the same Write,
// ends its half if it is to, and returns what the client sent after its request, unmasked.
func (s *site) script(frames string, end bool) <-chan string {
	sent := make(chan string, 1)
	go func() {
		conn, err := s.listen.Accept()
		if err != nil {
			return
		}
		r := bufio.NewReader(conn)
		request, _ := http.ReadRequest(r)
		_, _ = io.WriteString(conn, answer(request, s.fields...)+frames)
		if end {
			_ = conn.(interface{ CloseWrite() error }).CloseWrite()
		}
		rest, _ := io.ReadAll(r)
		sent <- unmasked(rest)
		_ = conn.Close()
	}()
	return sent
}

// unmasked takes the masks out of short frames: first byte, length, payload, in hexadecimal.
func unmasked(b []byte) string {
	var frames []string
	for len(b) >= 6 && b[1]&0x80 != 0 && len(b) >= 6+int(b[1]&0x7f) {
		n := int(b[1] & 0x7f)
		frame := []byte{b[0], byte(n)}
		for i, c := range b[6 : 6+n] {
			frame = append(frame, c^b[2+i%4])
		}
		frames = append(frames, hex.EncodeToString(frame))
		b = b[6+n:]
	}
	if len(b) > 0 {
		frames = append(frames, "and "+hex.EncodeToString(b))
	}
	return strings.Join(frames, " ")
}

const (
	one = `{"seq":1,"due":2}`
	two = `{"seq":2,"due":3,"pad":"xyz"}`
)

// frame is an unmasked frame with a short payload.
func frame(first byte, payload string) string {
	return string([]byte{first, byte(len(payload))}) + payload
}

// The frames come in the Read that brings the 101. Whoever counted what was read instead of what was
// consumed would book them as handshake.
func TestHandshakeAndFramesInOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		sent := s.script(frame(0x81, one)+frame(0x81, two), true)
		got, err := s.subscribe(t, time.Minute)
		if !errors.Is(err, io.EOF) || got.ready != 1 || !slices.Equal(got.seqs, []uint64{1, 2}) || <-sent != "" {
			t.Errorf("%v, ready %d times, messages %v; want %v, once and [1 2]", err, got.ready, got.seqs, io.EOF)
		}
		want := []wire.Ledger{
			{Connections: 1, Upgrades: 1, Up: wire.Bytes{Handshake: s.totals.Written.Load()}, Down: wire.Bytes{Handshake: 129}}, // a minimal 101
			{Messages: 1, Frames: 1, Down: wire.Bytes{Framing: 2, Payload: int64(len(one))}},
			{Messages: 1, Frames: 1, Down: wire.Bytes{Framing: 2, Payload: int64(len(two))}},
		}
		if !slices.Equal(got.units, want) {
			t.Errorf("units\n%+v, want\n%+v", got.units, want)
		}
	})
}

// When the context ends the client closes with 1000, once, and reads to the server's answer.
func TestClientClosesInOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		server string // what the server sends when it has read the client's close frame
		took   time.Duration
	}{
		{"the server answers", frame(0x88, "\x03\xe8"), 0},
		{"the server sends a message first", frame(0x81, one) + frame(0x88, "\x03\xe8"), 0},
		{"the server does not answer", "", wire.CloseTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				go func() {
					conn, _ := s.listen.Accept()
					defer func() { _ = conn.Close() }()
					r := bufio.NewReader(conn)
					request, _ := http.ReadRequest(r)
					_, _ = io.WriteString(conn, answer(request))
					frame := make([]byte, 8)
					if _, err := io.ReadFull(r, frame); err != nil || unmasked(frame) != "880203e8" {
						t.Errorf("the client sent %s, %v; want a close frame with 1000", unmasked(frame), err)
					}
					_, _ = io.WriteString(conn, c.server)
					if rest, err := io.ReadAll(r); len(rest) > 0 || err != nil {
						t.Errorf("after its close frame the client sent % x, %v", rest, err)
					}
				}()
				start := time.Now()
				got, err := s.subscribe(t, time.Second)
				if took := time.Since(start) - time.Second; err != nil || took != c.took {
					t.Errorf("%v, %v after the context ended; want nil after %v", err, took, c.took)
				}
				if up := got.sum.Up; up.Control != 8 || up.Framing != 8 {
					t.Errorf("up %+v, want a control frame of 8 bytes", up)
				}
			})
		})
	}
}

// The context ends while the 101 is on its way: that is no reason to cut the connection.
func TestContextEndsDuringTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		go func() {
			conn, _ := s.listen.Accept()
			r := bufio.NewReader(conn)
			request, _ := http.ReadRequest(r)
			time.Sleep(2 * time.Second)
			_, _ = io.WriteString(conn, answer(request))
			_, _ = io.ReadAll(r)
			time.Sleep(time.Second)
			_ = conn.Close()
		}()
		if got, err := s.subscribe(t, time.Second); err != nil || got.ready != 0 {
			t.Errorf("%v, ready %d times; want nil and never", err, got.ready)
		}
	})
}

// What a server may not do ends the subscription with an error, and the server is told with 1002. All
// that was taken up to there is booked; what would come behind it has no meaning, and no place.
func TestProtocolErrors(t *testing.T) {
	const gap = `{"missed":1,"next":3}`
	for _, c := range []struct{ name, frames, says string }{
		{"masked frame", "\x81\x80\x00\x00\x00\x00", "masked"}, // section 5.1
		{"reserved bit", "\xc1\x00", "reserved"},
		{"length not minimal", "\x81\x7e\x00\x05", "shortest form"},
		{"long ping", "\x89\x7e", "control frame"},
		{"binary", frame(0x82, one), "binary"},
		{"continuation of nothing", frame(0x80, one), "continuation"}, // section 5.4
		{"text within a text", frame(0x01, one) + frame(0x81, one), "continuation"},
		{"not UTF-8", frame(0x81, "{\"seq\":1,\"due\":2,\"\xff\":0}"), "UTF-8"}, // section 8.1
		{"not a message", frame(0x81, "hello"), "not a message"},
		{"too large", "\x81\x7f\x00\x00\x00\x00\x01\x00\x00\x01", "16 MiB"},
		{"too large in two fragments", frame(0x01, "x") + "\x80\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", "16 MiB"},
		{"cut in a header", "\x81", "unexpected EOF"},
		{"cut in a payload", "\x81\x05He", "unexpected EOF"},
		{"and what came before it counts", frame(0x81, one) + frame(0x81, gap) + "\x83\x00", "reserved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				sent := s.script(c.frames, true)
				got, err := s.subscribe(t, time.Minute)
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want an error that says %q", err, c.says)
				}
				if frames := <-sent; frames != "880203ea" || got.sum.Up.Control != 8 {
					t.Errorf("the client sent %s, %d bytes booked; want a close frame with 1002, 8 bytes", frames, got.sum.Up.Control)
				}
			})
		})
	}
}

func TestControlFrames(t *testing.T) {
	for _, c := range []struct {
		name, frames string
		sent         string // by the client
		down, up     int64  // bytes of control frames
		err          error
	}{
		{"ping", frame(0x89, "hello"), "8a0568656c6c6f", 7, 11, io.EOF}, // section 5.5.3: the same data
		{"empty ping", frame(0x89, ""), "8a00", 2, 6, io.EOF},
		{"pong that nobody asked for", frame(0x8a, "hello"), "", 7, 0, io.EOF}, // section 5.5.3: no answer
		{"close", frame(0x88, "\x03\xe9bye\x1b[m"), "880203e9", 10, 8, &wspush.CloseError{Code: 1001, Reason: "bye[m"}},
		{"close without a code", frame(0x88, ""), "8800", 2, 6, &wspush.CloseError{Code: 1005}},
		{"close with half a code", frame(0x88, "\x03"), "8800", 3, 6, &wspush.CloseError{Code: 1005}},
		{"ping within a message", frame(0x01, one[:5]) + frame(0x89, "") + frame(0x80, one[5:]), "8a00", 2, 6, io.EOF}, // section 5.4
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				sent := s.script(c.frames, true)
				got, err := s.subscribe(t, time.Minute)
				var closed, want *wspush.CloseError
				switch {
				case errors.As(c.err, &want):
					if !errors.As(err, &closed) || *closed != *want {
						t.Errorf("%v, want %v", err, want)
					}
				case !errors.Is(err, c.err):
					t.Errorf("%v, want %v", err, c.err)
				}
				if frames := <-sent; frames != c.sent || got.sum.Up.Control != c.up || got.sum.Down.Control != c.down {
					t.Errorf("the client sent %q, control bytes %d up and %d down; want %q, %d, %d",
						frames, got.sum.Up.Control, got.sum.Down.Control, c.sent, c.up, c.down)
				}
				if got.sum.Messages != int64(len(got.seqs)) || got.sum.Down.Payload != int64(len(one)*len(got.seqs)) {
					t.Errorf("messages %v, %+v", got.seqs, got.sum)
				}
			})
		})
	}
}

func TestOpeningHandshakeFails(t *testing.T) {
	for _, c := range []struct{ name, answer, want string }{
		{"refused", "HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\nno such topic\n", "opening handshake: status 404 Not Found: no such topic"},
		{"a page", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "opening handshake: status 200 OK: hello"},
		{"wrong accept", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
			`opening handshake: Sec-WebSocket-Accept "x" does not follow from the key`},
		{"no answer", "", "opening handshake: response head: unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				go func() {
					conn, _ := s.listen.Accept()
					_, _ = http.ReadRequest(bufio.NewReader(conn))
					_, _ = io.WriteString(conn, c.answer)
					_ = conn.Close()
				}()
				got, err := s.subscribe(t, time.Minute)
				if err == nil || err.Error() != c.want || got.ready != 0 || got.sum.Upgrades != 0 {
					t.Errorf("%v, ready %d times, %d upgrades; want %s", err, got.ready, got.sum.Upgrades, c.want)
				}
			})
		})
	}
}

func TestNotReadyIsTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, over := newSite(t), errors.New("the run is over")
		sent := s.script("", false)
		err := s.client.Subscribe(t.Context(), &sink{failed: func() error { return over }})
		if !errors.Is(err, over) || <-sent != "" {
			t.Errorf("%v, want %v", err, over)
		}
	})
}

// A server on github.com/coder/websocket, the oracle: a message in three frames, a ping, and 1001.
func TestClientUnderstandsAnotherImplementation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				t.Errorf("the server refused: %v", err)
				return
			}
			conn.CloseRead(t.Context())
			fragmented, _ := conn.Writer(t.Context(), websocket.MessageText)
			for _, part := range []string{two[:4], two[4:20], two[20:]} {
				_, _ = io.WriteString(fragmented, part)
			}
			_ = fragmented.Close() // an empty frame with FIN
			if err := conn.Ping(t.Context()); err != nil {
				t.Errorf("no pong: %v", err)
			}
			_ = conn.Write(t.Context(), websocket.MessageText, []byte(strings.Replace(one, "}", strings.Repeat(" ", 200)+"}", 1)))
			if err := conn.Close(websocket.StatusGoingAway, "maintenance"); err != nil {
				t.Errorf("the closing handshake: %v", err)
			}
		})}
		go func() { _ = server.Serve(s.listen) }()
		defer func() { _ = server.Close() }()
		got, err := s.subscribe(t, time.Minute)
		var closed *wspush.CloseError
		if !errors.As(err, &closed) || *closed != (wspush.CloseError{Code: 1001, Reason: "maintenance"}) {
			t.Errorf("%v, want 1001 maintenance", err)
		}
		if !slices.Equal(got.seqs, []uint64{2, 1}) || got.sum.Messages != 2 || got.sum.Frames != 5 {
			t.Errorf("messages %v in %d frames, want [2 1] in 5", got.seqs, got.sum.Frames)
		}
		control := wire.Bytes{Control: int64(len("\x89\x011") + len("\x88\x0d\x03\xe9maintenance"))}
		control.Framing = control.Control + 4*2 + 4 // four short headers and one of a longer message
		control.Payload, control.Handshake = int64(len(two)+len(one)+200), got.sum.Down.Handshake
		if got.sum.Down != control {
			t.Errorf("down %+v, want %+v", got.sum.Down, control)
		}
		if up := got.sum.Up; up.Control != 7+8 || up.Framing != 7+8 || up.Payload != 0 {
			t.Errorf("up %+v, want a pong of 7 and a close frame of 8 bytes", up)
		}
	})
}
