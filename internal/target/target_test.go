package target_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/target"
)

const upgrade = "GET /ws?topic=0 HTTP/1.1\nHost: 127.0.0.1:8080\nConnection: Upgrade\nUpgrade: websocket\n" +
	"Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n"

// A target that is told to end ends streams, answers held polls, and closes WebSocket connections
// with 1001 (RFC 6455 section 7.4.1), instead of cutting them.
func TestEndsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		held, stream, socket := s.dial(serviceAddress), s.dial(serviceAddress), s.dial(serviceAddress)
		held.send("GET /poll?topic=0&wait=25s HTTP/1.1\nHost: x\n\n")
		stream.send("GET /sse?topic=0 HTTP/1.1\nHost: x\n\n")
		socket.send(upgrade)
		synctest.Wait()
		ended := make(chan struct{})
		go func() { defer close(ended); s.end() }()

		if r, _ := held.answer(); r.StatusCode != http.StatusNoContent {
			t.Errorf("held poll: %s", r.Status)
		}
		held.ends()
		if r, body := stream.answer(); r.StatusCode != http.StatusOK || body != "" {
			t.Errorf("stream: %s %q", r.Status, body) // answer fails unless the last chunk came
		}
		stream.ends()
		if r, err := http.ReadResponse(socket.Reader, nil); err != nil || r.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("upgrade: %v %v", r, err)
		}
		var closing [4]byte
		if _, err := socket.Reader.Read(closing[:]); err != nil || closing != [4]byte{0x88, 2, 1001 >> 8, 1001 & 0xff} {
			t.Errorf("close frame % x, %v: want 1001", closing, err)
		}
		socket.send("\x88\x82\x00\x00\x00\x00\x03\xe9") // the answer, masked with zeros
		socket.ends()
		<-ended
	})
}

// A reader that does not drain holds a goroutine and memory; it is cut off and counted.
func TestSlowReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		stream, socket := s.dial(serviceAddress), s.dial(serviceAddress)
		stream.send("GET /sse?topic=0 HTTP/1.1\nHost: x\n\n")
		socket.send(upgrade)
		good := s.dial(serviceAddress)
		good.send("GET /poll?topic=0&wait=25s HTTP/1.1\nHost: x\n\n")
		if err := s.publish(100, 60_000, nil); err != nil {
			t.Fatal(err)
		}
		if r, _ := good.answer(); r.StatusCode != http.StatusOK {
			t.Errorf("a poll beside the slow readers: %s", r.Status)
		}
		time.Sleep(5 * time.Second)
		if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "0" {
			t.Errorf("after 5s %s readers were closed", got)
		}
		time.Sleep(10 * time.Second)
		if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "2" {
			t.Errorf("after 15s %s readers were closed, want 2", got)
		}
		if got := s.metric("pollpush_target_connections_active"); got != "1" {
			t.Errorf("%s connections are open, want that of the poll", got)
		}
	})
}

func TestTooManyConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.MaxConnections = 1 })
		first := s.dial(serviceAddress)
		first.send("GET /poll?topic=0&wait=1s HTTP/1.1\nHost: x\n\n")
		synctest.Wait()
		r, body := s.get("/poll?topic=0")
		if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || !strings.Contains(body, "too many connections") {
			t.Errorf("%s, Retry-After %q, %q", r.Status, r.Header.Get("Retry-After"), body)
		}
		if r, _ := first.answer(); r.StatusCode != http.StatusNoContent {
			t.Errorf("the first connection: %s", r.Status)
		}
		_ = first.Close()
		synctest.Wait()
		if r, _ := s.get("/poll?topic=0"); r.StatusCode != http.StatusNoContent {
			t.Errorf("when there is room again: %s", r.Status)
		}
	})
}

// Connections far beyond the limit are not even kept to be refused.
func TestFloodOfConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.MaxConnections = 1 })
		for range 100 {
			s.dial(serviceAddress)
		}
		synctest.Wait()
		if got := s.metric("pollpush_target_connections_refused_total"); got != "99" {
			t.Errorf("%s connections were refused, want 99", got)
		}
		if got := s.metric("pollpush_target_connections_active"); got != "33" {
			t.Errorf("%s connections are kept, want 1 and 32 to refuse", got)
		}
		time.Sleep(11 * time.Second) // the time for a head to arrive
		if got := s.metric("pollpush_target_connections_active"); got != "0" {
			t.Errorf("%s connections that sent nothing are still open", got)
		}
	})
}

// A request that announces a body and never sends it does not hold its connection.
func TestBodyThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		for _, start := range []string{"GET /poll", "POST /nothing", "GET //poll", "OPTIONS *", "CONNECT x:1"} {
			p := s.dial(serviceAddress)
			p.send(start + " HTTP/1.1\nHost: x\nContent-Length: 5\n\n")
			p.answer()
		}
		time.Sleep(11 * time.Second)
		if got := s.metric("pollpush_target_connections_active"); got != "0" {
			t.Errorf("%s connections are still open", got)
		}
	})
}

// What a stranger may send wrong is answered with a status and a reason, and ends there.
func TestBadRequests(t *testing.T) {
	for _, test := range []struct {
		name, send string
		status     int
		reason     string
	}{
		{"garbage", "\x16\x03\x01\x02\x00\x01\x00\n\n", 400, ""},
		{"head too large", "GET /poll HTTP/1.1\nHost: x\nX: " + strings.Repeat("y", 40_000) + "\n\n", 431, ""},
		{"method", "POST /poll HTTP/1.1\nHost: x\nContent-Length: 0\n\n", 405, "only GET"},
		{"body", "GET /poll HTTP/1.1\nHost: x\nContent-Length: 5\n\n", 413, "no body"},
		{"path", "GET /nothing HTTP/1.1\nHost: x\n\n", 404, ""},
		{"query", "GET /poll?after=%zz HTTP/1.1\nHost: x\n\n", 400, "cannot be read"},
		{"query of a stream", "GET /sse?after=1;x=2 HTTP/1.1\nHost: x\n\n", 400, "cannot be read"},
		{"query of an upgrade", strings.Replace(upgrade, "topic=0", "topic=%zz", 1), 400, "cannot be read"},
		{"body where nothing is", "POST /nothing HTTP/1.1\nHost: x\nContent-Length: 5\n\n", 413, "no body"},
		{"any options", "OPTIONS * HTTP/1.1\nHost: x\nContent-Length: 5\n\n", 413, "no body"},
		{"after", "GET /poll?after=-1 HTTP/1.1\nHost: x\n\n", 400, `after="-1" is no cursor`},
		{"after the end", "GET /sse?after=5 HTTP/1.1\nHost: x\n\n", 400, "after=5 is beyond the last message, 0"},
		{"wait", "GET /poll?wait=soon HTTP/1.1\nHost: x\n\n", 400, `wait="soon" is no duration`},
		{"wait too long", "GET /poll?wait=61s HTTP/1.1\nHost: x\n\n", 400, "held for 1m0s at most"},
		{"topic", "GET /sse?topic=x HTTP/1.1\nHost: x\n\n", 400, `topic="x" is no topic number`},
		{"unknown topic", "GET /ws?topic=1 HTTP/1.1\nHost: x\n\n", 404, "topic 1 is not here"},
		{"foreign origin", "GET /poll HTTP/1.1\nHost: x\nOrigin: http://evil.example\n\n", 403, "may not subscribe here"},
		{"upgrade of another version", strings.Replace(upgrade, "Version: 13", "Version: 8", 1), 400, "unsupported WebSocket protocol version"},
		{"upgrade with a wrong key", strings.Replace(upgrade, "dGhlIHNhbXBsZSBub25jZQ==", "short", 1), 400, "Sec-WebSocket-Key"},
		{"no upgrade", "GET /ws HTTP/1.1\nHost: x\n\n", 426, "Upgrade"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, unchanged)
				bystander := s.dial(serviceAddress)
				bystander.send("GET /poll?topic=0&wait=1s HTTP/1.1\nHost: x\n\n")
				p := s.dial(serviceAddress)
				p.send(test.send)
				r, body := p.answer()
				if r.StatusCode != test.status || !strings.Contains(body, test.reason) {
					t.Errorf("%s: %q, want %d with %q", r.Status, body, test.status, test.reason)
				}
				if r, _ := bystander.answer(); r.StatusCode != http.StatusNoContent {
					t.Errorf("another client got %s", r.Status)
				}
			})
		})
	}
}

// A frame that a client may not send ends its connection, and nobody else's.
func TestBadFrames(t *testing.T) {
	for name, frame := range map[string]string{
		"data":                 "\x81\x80\x00\x00\x00\x00",
		"not masked":           "\x88\x00",
		"reserved bits":        "\xc1\x80\x00\x00\x00\x00",
		"oversized control":    "\x89\xfe\x01\x00\x00\x00\x00\x00" + strings.Repeat("x", 256),
		"oversized data frame": "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, unchanged)
				bad, good := s.dial(serviceAddress), s.dial(serviceAddress)
				for _, p := range []*peer{bad, good} {
					p.send(upgrade)
					if r, err := http.ReadResponse(p.Reader, nil); err != nil || r.StatusCode != http.StatusSwitchingProtocols {
						t.Fatalf("upgrade: %v %v", r, err)
					}
				}
				if _, err := bad.Conn.Write([]byte(frame)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Second) // a closing handshake that nobody answers takes its time
				if got := s.metric(`pollpush_target_subscribers{transport="websocket"}`); got != "1" {
					t.Errorf("%s sockets are open, want the good one", got)
				}
				if err := s.publish(1, 100, nil); err != nil {
					t.Fatal(err)
				}
				var frame [102]byte
				if n, err := good.Reader.Read(frame[:]); err != nil || n != len(frame) || frame[0] != 0x81 {
					t.Errorf("the good client read %d bytes, %v", n, err)
				}
			})
		})
	}
}

func (s *served) metric(name string) string {
	s.t.Helper()
	return metric(s.t, s.admin, name)
}

// metric returns what a target says of a metric.
func metric(t *testing.T, client *admin.Client, name string) string {
	t.Helper()
	text, err := client.Metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no metric %s", name)
	return ""
}
