package wspush_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"pollpush/internal/memnet"
	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
	"pollpush/pkg/wspush"
)

// host is a network with our handler at server:80.
type host struct {
	handler wspush.Handler
	network memnet.Network
	client  http.Client
	end     func() // has all connections closed in order
}

// newHost serves one topic that keeps two messages, until the test ends.
func newHost(t *testing.T) *host {
	t.Helper()
	f := feed.New(feed.Limits{Messages: 2})
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	pool := fanout.New()
	h := &host{handler: wspush.Handler{Feed: f, Pool: pool, Counters: new(transport.Counters)}}
	l, err := h.network.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	h.end = pool.End
	server := &http.Server{Handler: &h.handler}
	idle := &http.Transport{DialContext: h.network.DialContext}
	h.client.Transport = idle
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() {
		pool.End()
		idle.CloseIdleConnections()
		_ = server.Close()
		pool.Wait()
	})
	return h
}

// dial subscribes with the client of github.com/coder/websocket, the oracle.
func (h *host) dial(t *testing.T, query string) *websocket.Conn {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), "ws://server:80/ws?"+query, &websocket.DialOptions{HTTPClient: &h.client})
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusSwitchingProtocols || len(response.Header.Values("Sec-WebSocket-Extensions")) != 0 {
		t.Fatalf("%s with %v", response.Status, response.Header)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func publish(t *testing.T, f *feed.Feed) string {
	t.Helper()
	m, err := f.Topic(0).Publish(7, feed.MinPayload)
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Raw)
}

func wantText(t *testing.T, conn *websocket.Conn, want string) {
	t.Helper()
	typ, text, err := conn.Read(t.Context())
	if typ != websocket.MessageText || string(text) != want || err != nil {
		t.Fatalf("%v %s, %v; want the text %s", typ, text, err, want)
	}
}

// counts is transport.Counters as a value that can be compared.
type counts struct{ subscribers, sent, missed, failed, upgrades int64 }

func wantCounts(t *testing.T, name string, c *transport.Counters, want counts) {
	t.Helper()
	synctest.Wait() // a handler counts when its write has returned
	got := counts{c.Subscribers.Load(), c.Sent.Load(), c.Missed.Load(), c.Failed.Load(), c.Upgrades.Load()}
	if got != want {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
}

func TestHandlerSendsEachMessageAsAText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		publish(t, h.handler.Feed)
		publish(t, h.handler.Feed)
		three, four := publish(t, h.handler.Feed), publish(t, h.handler.Feed)
		behind, upToDate := h.dial(t, "after=1"), h.dial(t, "topic=0&after=3")
		wantText(t, behind, `{"missed":1,"next":3}`)
		wantText(t, behind, three)
		wantText(t, behind, four)
		wantText(t, upToDate, four)
		synctest.Wait()
		five := publish(t, h.handler.Feed)
		wantText(t, behind, five)
		wantText(t, upToDate, five)
		wantCounts(t, "two sockets", h.handler.Counters, counts{subscribers: 2, sent: 5, missed: 1, upgrades: 2})
		if err := behind.Close(websocket.StatusNormalClosure, ""); err != nil { // waits for the answer
			t.Errorf("the closing handshake: %v", err)
		}
		wantCounts(t, "one socket", h.handler.Counters, counts{subscribers: 1, sent: 5, missed: 1, upgrades: 2})
	})
}

// RFC 6455 section 7.4.1: 1001 is for a server that goes down.
func TestHandlerSaysGoodbyeWhenTheServerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		conn := h.dial(t, "")
		synctest.Wait()
		h.end()
		if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("%v, want status 1001", err)
		}
		wantCounts(t, "afterwards", h.handler.Counters, counts{upgrades: 1})
	})
}

// A client that answers pings stays; one that does not read is cut off when the next ping is due.
func TestHandlerPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.handler.Ping = 10 * time.Second
		alive, dead := h.dial(t, ""), h.dial(t, "")
		gone := alive.CloseRead(t.Context())
		time.Sleep(20*time.Second - 1)
		wantCounts(t, "before the second ping", h.handler.Counters, counts{subscribers: 2, upgrades: 2})
		time.Sleep(time.Minute)
		wantCounts(t, "a minute later", h.handler.Counters, counts{subscribers: 1, failed: 1, upgrades: 2})
		if gone.Err() != nil {
			t.Error("the client that answers was cut off")
		}
		if _, _, err := dead.Read(t.Context()); err == nil {
			t.Error("the client that does not answer was not cut off")
		}
		if err := alive.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Errorf("the closing handshake: %v", err)
		}
	})
}

// While a message waits for a client that takes its time, the client is not pinged, nor cut off for want of a
// pong: how long that may take is up to the connection, which here lets it take for ever.
func TestHandlerDoesNotPingBehindAMessage(t *testing.T) {
	for name, mode := range map[string]websocket.CompressionMode{
		"frames": websocket.CompressionDisabled, "texts": websocket.CompressionContextTakeover,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t)
				h.handler.Ping, h.handler.Deflate = 10*time.Second, wspush.DeflateTakeover
				conn, _, err := websocket.Dial(t.Context(), "ws://server:80/ws?topic=0",
					&websocket.DialOptions{HTTPClient: &h.client, CompressionMode: mode})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = conn.CloseNow() }()
				conn.SetReadLimit(-1)
				time.Sleep(11 * time.Second) // one ping is unanswered
				message, err := h.handler.Feed.Topic(0).Publish(0, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				wantCounts(t, "a minute later", h.handler.Counters, counts{subscribers: 1, upgrades: 1})
				if _, text, err := conn.Read(t.Context()); string(text) != string(message.Raw) || err != nil {
					t.Fatalf("%d bytes, %v; want the message", len(text), err)
				}
				time.Sleep(time.Minute) // now it leaves pings unanswered
				wantCounts(t, "at the end", h.handler.Counters, counts{sent: 1, failed: 1, upgrades: 1})
			})
		})
	}
}

// A server that has nothing to be told closes on a client that talks.
func TestHandlerTakesNoMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		conn := h.dial(t, "")
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
			t.Errorf("%v, want status 1008", err)
		}
	})
}

// A client that begins a message and never ends it is given as long as any closing handshake.
func TestHandlerCutsOffAClientThatDoesNotClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		conn, err := h.network.DialContext(t.Context(), "tcp", "server:80")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"+
			"\x81\xfe\x01\x00mask") // 256 bytes are to come
		start := time.Now()
		if _, err := io.Copy(io.Discard, conn); err != nil || time.Since(start) != wire.CloseTimeout {
			t.Errorf("cut off after %v, %v; want %v", time.Since(start), err, wire.CloseTimeout)
		}
		wantCounts(t, "afterwards", h.handler.Counters, counts{upgrades: 1})
	})
}

// What is refused is refused in one line, and nobody else notices.
func TestHandlerRefuses(t *testing.T) {
	upgrade := map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	}
	for _, c := range []struct {
		name, query, field, value string
		status                    int
		says                      string
	}{
		{"bad topic", "topic=x", "", "", 400, `topic="x" is no topic number`},
		{"unknown topic", "topic=1", "", "", 404, "topic 1 is not here"},
		{"bad cursor", "after=x", "", "", 400, `after="x" is no cursor`},
		{"cursor beyond the end", "after=1", "", "", 400, "after=1 is beyond the last message, 0"},
		{"foreign origin", "", "Origin", "https://evil.example", 403, `origin "https://evil.example" may not subscribe here`},
		// RFC 6455 section 4.2.1.
		{"an old version", "", "Sec-WebSocket-Version", "8", 400, "version"},
		{"no key", "", "Sec-WebSocket-Key", "", 400, "Sec-WebSocket-Key"},
		{"a short key", "", "Sec-WebSocket-Key", "c2hvcnQ=", 400, "Sec-WebSocket-Key"},
		{"no upgrade", "", "Upgrade", "", 426, "Upgrade"},
		{"no connection", "", "Connection", "", 426, "Connection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t)
				witness := h.dial(t, "")
				r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://server:80/ws?"+c.query, http.NoBody)
				for name, value := range upgrade {
					r.Header.Set(name, value)
				}
				r.Header.Set(c.field, c.value)
				if c.value == "" {
					r.Header.Del(c.field)
				}
				response, err := h.client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if response.StatusCode != c.status || !strings.Contains(string(body), c.says) || strings.Count(string(body), "\n") != 1 {
					t.Errorf("%d %q, want %d and one line that says %q", response.StatusCode, body, c.status, c.says)
				}
				wantText(t, witness, publish(t, h.handler.Feed))
				wantCounts(t, "afterwards", h.handler.Counters, counts{subscribers: 1, sent: 1, failed: 1, upgrades: 1})
			})
		})
	}
}

func TestAllowedOriginMaySubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.handler.Origins = transport.Origins{"https://app.example.com"}
		conn, _, err := websocket.Dial(t.Context(), "ws://server:80/ws", &websocket.DialOptions{
			HTTPClient: &h.client, HTTPHeader: http.Header{"Origin": {"https://app.example.com"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseNow() }()
		wantText(t, conn, publish(t, h.handler.Feed))
	})
}

// What came in together with the opening handshake is not lost: here a ping.
func TestHandlerReadsOnBehindTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		conn, err := h.network.DialContext(t.Context(), "tcp", "server:80")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"+
			"\x89\x82mask\x05\x08") // "hi"
		synctest.Wait()
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
		if all, _ := io.ReadAll(conn); !strings.HasSuffix(string(all), "\r\n\r\n\x8a\x02hi") {
			t.Errorf("%q, want a pong", all)
		}
	})
}

// Behind a close frame comes nothing (RFC 6455 section 5.5.1), whatever is published while the client takes
// its time to answer.
func TestHandlerSendsNothingBehindAClose(t *testing.T) {
	for name, deflate := range map[string]wspush.Deflate{"off": wspush.DeflateOff, "takeover": wspush.DeflateTakeover} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t)
				h.handler.Deflate = deflate
				conn, err := h.network.DialContext(t.Context(), "tcp", "server:80")
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: server\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
				synctest.Wait()
				h.end()
				synctest.Wait()
				for range 3 {
					publish(t, h.handler.Feed)
					synctest.Wait()
				}
				start := time.Now()
				all, err := io.ReadAll(conn)
				if !strings.HasSuffix(string(all), "\r\n\r\n\x88\x02\x03\xe9") || err != nil || time.Since(start) != wire.CloseTimeout {
					t.Errorf("%q, %v after %v: want 1001 and nothing else, and the end after %v", all, err, time.Since(start), wire.CloseTimeout)
				}
				wantCounts(t, "afterwards", h.handler.Counters, counts{upgrades: 1})
			})
		})
	}
}
