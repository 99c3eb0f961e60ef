package target_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/internal/target"
)

// peer2 is a client of HTTP/2 that does just what it is told.
type peer2 struct {
	net.Conn
	*http2.Framer
	t      *testing.T
	head   bytes.Buffer
	fields *hpack.Encoder
	latest uint32         // the latest stream it began
	away   *http2.ErrCode // of the GOAWAY that came, if one did
}

// http2 begins a connection by prior knowledge (RFC 9113 section 3.3).
func (s *served) http2(settings ...http2.Setting) *peer2 {
	s.t.Helper()
	return newPeer2(s.t, s.dial(serviceAddress).Conn, settings...)
}

func newPeer2(t *testing.T, conn net.Conn, settings ...http2.Setting) *peer2 {
	t.Helper()
	p := &peer2{Conn: conn, Framer: http2.NewFramer(conn, conn), t: t}
	p.fields = hpack.NewEncoder(&p.head)
	p.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err := io.WriteString(conn, http2.ClientPreface)
	p.do(err)
	p.do(p.WriteSettings(settings...))
	return p
}

func (p *peer2) do(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// block encodes a request's fields; more are names and values.
func (p *peer2) block(method, path string, more ...string) []byte {
	p.head.Reset()
	fields := append([]string{":method", method, ":scheme", "http", ":authority", serviceAddress, ":path", path}, more...)
	for i := 0; i < len(fields); i += 2 {
		p.do(p.fields.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	return p.head.Bytes()
}

// ask sends a request without a body and returns its stream.
func (p *peer2) ask(path string, more ...string) uint32 {
	p.t.Helper()
	return p.begin(http2.HeadersFrameParam{BlockFragment: p.block(http.MethodGet, path, more...), EndStream: true, EndHeaders: true})
}

// begin begins a stream.
func (p *peer2) begin(f http2.HeadersFrameParam) uint32 {
	p.t.Helper()
	p.latest += 2 - (p.latest+1)%2 // 1, 3, 5
	f.StreamID = p.latest
	p.do(p.WriteHeaders(f))
	return p.latest
}

// read returns the next frame, acknowledges settings and notes a GOAWAY.
func (p *peer2) read() (http2.Frame, error) {
	f, err := p.ReadFrame()
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			_ = p.WriteSettingsAck() // it may have ended the connection
		}
	case *http2.GoAwayFrame:
		p.away = &f.ErrCode
	}
	return f, err
}

// next returns the next frame of a type on a stream.
func (p *peer2) next(kind http2.FrameType, stream uint32) http2.Frame {
	p.t.Helper()
	for {
		f, err := p.read()
		if err != nil {
			p.t.Fatalf("waiting for %s on stream %d: %v", kind, stream, err)
		}
		if h := f.Header(); h.Type == kind && h.StreamID == stream {
			return f
		}
	}
}

// status returns the status of the answer on a stream.
func (p *peer2) status(stream uint32) string {
	p.t.Helper()
	return p.next(http2.FrameHeaders, stream).(*http2.MetaHeadersFrame).PseudoValue("status")
}

// ended reads until the answers on some streams have ended.
func (p *peer2) ended(streams ...uint32) {
	p.t.Helper()
	for len(streams) > 0 {
		f, err := p.read()
		if err != nil {
			p.t.Fatalf("waiting for the end of the streams %d: %v", streams, err)
		}
		if end, ok := f.(interface{ StreamEnded() bool }); ok && end.StreamEnded() {
			streams = slices.DeleteFunc(streams, func(s uint32) bool { return s == f.Header().StreamID })
		}
	}
}

// ends reads to the end of the connection, which must have been announced with code. After an error
// the target reads no more, so what is left there resets the connection.
func (p *peer2) ends(code http2.ErrCode) {
	p.t.Helper()
	_, err := p.read()
	for err == nil {
		_, err = p.read()
	}
	if !errors.Is(err, io.EOF) && (code == http2.ErrCodeNo || !errors.Is(err, syscall.ECONNRESET)) {
		p.t.Errorf("the connection ended with %v", err)
	}
	if p.away == nil || *p.away != code {
		p.t.Errorf("GOAWAY with %v, want %v", p.away, code)
	}
}

// transport2 returns net/http's client of HTTP/2 by prior knowledge.
func (s *served) transport2() *http.Transport {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	transport := &http.Transport{DialContext: s.network.DialContext, Protocols: p}
	s.t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// Polls and events are served over HTTP/2, several on one connection.
func TestHTTP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		client := &http.Client{Transport: s.transport2()}
		stream, err := client.Get("http://" + serviceAddress + "/sse?topic=0")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.publish(1, 100, nil); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"/poll?topic=0&wait=25s": `[{"seq":1,`, "/": "<!doctype html>"} {
			r, err := client.Get("http://" + serviceAddress + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Proto != "HTTP/2.0" || !strings.HasPrefix(string(body), want) {
				t.Errorf("%s: %s %s, %q, %v", path, r.Proto, r.Status, body, err)
			}
		}
		event := make([]byte, 200)
		if n, err := io.ReadAtLeast(stream.Body, event, 100); err != nil || stream.Proto != "HTTP/2.0" || !strings.Contains(string(event[:n]), `data: {"seq":1,`) {
			t.Errorf("%s %s: %q, %v", stream.Proto, stream.Status, event[:n], err)
		}
		_ = stream.Body.Close()
		if got := s.metric("pollpush_target_connections_accepted_total"); got != "1" {
			t.Errorf("%s connections, want one", got)
		}
	})
}

// What is refused over HTTP/1.1 is refused over HTTP/2, and the connection goes on.
func TestHTTP2Refusals(t *testing.T) {
	for _, test := range []struct {
		name, method, path string
		body               io.Reader
		header             http.Header
		status             int
		reason             string
	}{
		{name: "method", method: "DELETE", path: "/poll", status: 405, reason: "only GET"},
		{name: "body", method: "POST", path: "/poll", body: strings.NewReader("hello"), status: 413, reason: "no body"},
		{name: "body of no length", method: "GET", path: "/sse", body: io.MultiReader(strings.NewReader("hello")), status: 413, reason: "no body"},
		{name: "body longer than the window", method: "GET", path: "/", body: strings.NewReader(strings.Repeat("x", 1<<20)), status: 413, reason: "no body"},
		{name: "path", method: "GET", path: "/nothing", status: 404},
		{name: "query", method: "GET", path: "/poll?after=%zz", status: 400, reason: "cannot be read"},
		{name: "foreign origin", method: "GET", path: "/sse", header: http.Header{"Origin": {"http://evil.example"}}, status: 403, reason: "may not subscribe"},
		{name: "WebSocket", method: "GET", path: "/ws?topic=0", status: 400, reason: "WebSocket is served over HTTP/1.1 here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, unchanged)
				client := &http.Client{Transport: s.transport2()}
				r, err := http.NewRequestWithContext(t.Context(), test.method, "http://"+serviceAddress+test.path, test.body)
				if err != nil {
					t.Fatal(err)
				}
				for name, values := range test.header {
					r.Header[name] = values
				}
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				if err != nil || answer.StatusCode != test.status || !strings.Contains(string(body), test.reason) {
					t.Errorf("%s: %q, %v, want %d with %q", answer.Status, body, err, test.status, test.reason)
				}
				again, err := client.Get("http://" + serviceAddress + "/poll?topic=0")
				if err != nil || again.StatusCode != http.StatusNoContent {
					t.Fatalf("the next poll: %v %v", again, err)
				}
				if got := s.metric("pollpush_target_connections_accepted_total"); got != "1" {
					t.Errorf("%s connections, want the same for the next poll", got)
				}
				failed := s.metric(`pollpush_target_requests_total{outcome="failed",transport="websocket"}`)
				if want := map[bool]string{true: "1", false: "0"}[test.name == "WebSocket"]; failed != want {
					t.Errorf("%s failed WebSocket requests, want %s", failed, want)
				}
			})
		})
	}
}

// A head beyond the limit is answered, if it is not so far beyond that nobody will read it.
func TestHTTP2HeadTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, unchanged).http2()
		long := strings.Repeat("0", 6000)
		if got := p.status(p.ask("/poll", "a", long, "b", long, "c", long)); got != "431" {
			t.Errorf("status %s", got)
		}
		if got := p.status(p.ask("/poll", "a", long, "b", long)); got != "204" {
			t.Errorf("the next poll: %s", got)
		}
	})
}

// What HTTP/2 itself forbids ends the stream or the connection, with a code that says why.
func TestHTTP2Errors(t *testing.T) {
	for _, test := range []struct {
		name string
		code http2.ErrCode
		send func(*peer2)
	}{
		{"field too large", http2.ErrCodeCompression, func(p *peer2) {
			p.begin(http2.HeadersFrameParam{
				BlockFragment: p.block(http.MethodGet, "/poll", "x", strings.Repeat("0", 20_000)), EndStream: true, EndHeaders: true,
			})
		}},
		{"head far too large", http2.ErrCodeProtocol, func(p *peer2) {
			long := strings.Repeat("~", 8000)
			block := p.block(http.MethodGet, "/poll", "a", long, "b", long, "c", long, "d", long)
			p.begin(http2.HeadersFrameParam{BlockFragment: block[:16_000], EndStream: true})
			_ = p.WriteContinuation(1, false, block[16_000:32_000]) // the target may have had enough
		}},
		{"frame too large", http2.ErrCodeFrameSize, func(p *peer2) {
			p.do(p.WriteRawFrame(http2.FrameData, 0, 1, make([]byte, 16<<10+1)))
		}},
		{"data on no stream", http2.ErrCodeProtocol, func(p *peer2) { p.do(p.WriteData(1, true, []byte("hello"))) }},
		{"too many streams", http2.ErrCodeProtocol, func(p *peer2) {
			for range 101 {
				p.ask("/poll?topic=0&wait=25s")
			}
			if f := p.next(http2.FrameRSTStream, p.latest).(*http2.RSTStreamFrame); f.ErrCode != http2.ErrCodeRefusedStream {
				p.t.Errorf("RST_STREAM with %s", f.ErrCode)
			}
			p.do(p.WriteRSTStream(1001, http2.ErrCodeCancel)) // which never was
		}},
		{"extended CONNECT", http2.ErrCodeProtocol, func(p *peer2) {
			stream := p.begin(http2.HeadersFrameParam{
				BlockFragment: p.block(http.MethodConnect, "/ws?topic=0", ":protocol", "websocket"), EndHeaders: true,
			})
			if f := p.next(http2.FrameRSTStream, stream).(*http2.RSTStreamFrame); f.ErrCode != http2.ErrCodeProtocol {
				p.t.Errorf("RST_STREAM with %s", f.ErrCode)
			}
			p.do(p.WriteRSTStream(1001, http2.ErrCodeCancel))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, unchanged)
				p, bystander := s.http2(), s.http2()
				held := bystander.ask("/poll?topic=0&wait=25s")
				synctest.Wait()
				test.send(p)
				p.ends(test.code)
				if got := bystander.status(held); got != "204" {
					t.Errorf("another client got %s", got)
				}
			})
		})
	}
}

// A connection beyond the limit is told so, and goes away.
func TestHTTP2TooManyConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.MaxConnections = 1 })
		first := s.http2()
		held := first.ask("/poll?topic=0&wait=5s")
		synctest.Wait()
		began := time.Now()
		second := s.http2()
		stream := second.ask("/sse?topic=0")
		if got := second.status(stream); got != "503" {
			t.Errorf("status %s", got)
		}
		second.ends(http2.ErrCodeNo)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it went away after %v", took)
		}
		if got := first.status(held); got != "204" {
			t.Errorf("the first connection: %s", got)
		}
		if got := s.metric("pollpush_target_connections_active"); got != "1" {
			t.Errorf("%s connections are open, want the first", got)
		}
	})
}

// A client that opens a connection and asks for nothing does not hold it.
func TestHTTP2ConnectionsForNothing(t *testing.T) {
	for name, begin := range map[string]func(*served){
		"nothing": func(s *served) { s.dial(serviceAddress) },
		"half a preface": func(s *served) {
			_, _ = io.WriteString(s.dial(serviceAddress).Conn, http2.ClientPreface[:16]) // as any error shows below
		},
		"the preface": func(s *served) {
			_, _ = io.WriteString(s.dial(serviceAddress).Conn, http2.ClientPreface)
		},
		"the settings": func(s *served) { s.http2() },
		"half a head": func(s *served) {
			p := s.http2()
			p.begin(http2.HeadersFrameParam{BlockFragment: p.block(http.MethodGet, "/poll"), EndStream: true})
		},
		"half a frame": func(s *served) { _, _ = s.http2().Conn.Write([]byte{0, 1, 0, 1}) },
		"TLS": func(s *served) {
			conn := tls.Client(s.dial(serviceAddress).Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
			if err := conn.HandshakeContext(s.t.Context()); err != nil || conn.ConnectionState().NegotiatedProtocol != "h2" {
				s.t.Errorf("handshake: %v, %+v", err, conn.ConnectionState())
			}
		},
		"pings": func(s *served) {
			p := s.http2()
			go func() {
				for p.WritePing(false, [8]byte{}) == nil {
					time.Sleep(time.Second)
				}
			}()
			go func() { _, _ = io.Copy(io.Discard, p.Conn) }()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, func(c *target.Config) { c.TLS = name == "TLS" })
				begin(s)
				time.Sleep(2*time.Minute + 2*time.Second)
				if got := s.metric("pollpush_target_connections_active"); got != "0" {
					t.Errorf("%s connections are still open", got)
				}
				if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "0" {
					t.Errorf("%s slow readers were counted", got)
				}
			})
		})
	}
}

// A held poll and an event stream are no idleness, however long nothing comes.
func TestHTTP2HeldIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) {
			c.HeaderTimeout, c.IdleTimeout, c.DrainTimeout = time.Second, time.Second, time.Second
			c.KeepAlive = time.Hour
		})
		polls, events := s.http2(), s.http2()
		held, stream := polls.ask("/poll?topic=0&wait=60s"), events.ask("/sse?topic=0")
		if got := events.status(stream); got != "200" {
			t.Errorf("stream: %s", got)
		}
		if got := polls.status(held); got != "204" {
			t.Errorf("poll: %s", got)
		}
		if err := s.publish(1, 100, nil); err != nil {
			t.Fatal(err)
		}
		if f := events.next(http2.FrameData, stream).(*http2.DataFrame); !bytes.HasPrefix(f.Data(), []byte("id: 1\n")) {
			t.Errorf("event %q", f.Data())
		}
		polls.ends(http2.ErrCodeNo) // now it was idle
	})
}
