package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2/hpack"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// Every transport keeps the same contract: each message once, in order, no later than its way of
// asking allows, and every byte accounted for on both sides. That no goroutine is left is what the
// bubble itself insists on.
func TestConformance(t *testing.T) {
	variants := []struct {
		name   string
		change func(*scenario.Scenario)
	}{
		{"fixed", func(*scenario.Scenario) {}},
		{"poisson", func(s *scenario.Scenario) { s.Arrivals = scenario.Poisson; s.Rate = 5; s.Seed = 7 }},
		{"burst", func(s *scenario.Scenario) { s.Arrivals, s.Rate, s.Burst = scenario.Burst, 5, 25 }},
		{"fixed delay", func(s *scenario.Scenario) { s.PollPacing = scenario.FixedDelay }},
		{"no keep-alive", func(s *scenario.Scenario) { s.KeepAlive = false }},
		{"rare messages, short hold", func(s *scenario.Scenario) { s.Rate = 0.1; s.Hold = 3 * time.Second }},
		{"tls", func(s *scenario.Scenario) { s.TLS = true }},
		{"tls, no keep-alive", func(s *scenario.Scenario) { s.TLS, s.KeepAlive, s.Duration = true, false, 5*time.Second }},
		{"tls, resumed", func(s *scenario.Scenario) {
			s.TLS, s.Resume, s.KeepAlive, s.Duration = true, true, false, 5*time.Second
		}},
		{"tls, large messages", func(s *scenario.Scenario) { s.TLS, s.PayloadBytes, s.Duration = true, 60_000, 20*time.Second }},
		{"h2c", func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 }},
		{"h2c, rare messages, short hold", func(s *scenario.Scenario) { s.HTTP, s.Rate, s.Hold = scenario.HTTP2, 0.1, 3*time.Second }},
		{"h2c, large messages", func(s *scenario.Scenario) { s.HTTP, s.PayloadBytes, s.Rate = scenario.HTTP2, 60_000, 0.5 }},
		{"h2", func(s *scenario.Scenario) { s.HTTP, s.TLS = scenario.HTTP2, true }},
		{"h2, large messages", func(s *scenario.Scenario) {
			s.HTTP, s.TLS, s.PayloadBytes, s.Duration = scenario.HTTP2, true, 60_000, 20*time.Second
		}},
		{"deflate", func(s *scenario.Scenario) { s.Deflate = scenario.DeflateNoTakeover }},
		{"deflate, takeover, large messages", func(s *scenario.Scenario) {
			s.Deflate, s.PayloadBytes, s.Rate = scenario.DeflateTakeover, 60_000, 0.5
		}},
		{"browser's headers", func(s *scenario.Scenario) { s.Headers = "chrome" }},
		{"browser's headers, no keep-alive", func(s *scenario.Scenario) { s.Headers, s.KeepAlive = "chrome", false }},
		{"browser's headers, h2", func(s *scenario.Scenario) { s.Headers, s.HTTP, s.TLS = "chrome", scenario.HTTP2, true }},
		{"large messages", func(s *scenario.Scenario) { s.PayloadBytes = 60_000; s.Rate = 0.5 }},
	}
	for _, name := range scenario.Transports() {
		for _, v := range variants {
			s := small(name)
			v.change(&s)
			if alone := s.HTTP == scenario.HTTP2 || s.Deflate != scenario.DeflateOff; alone && s.Validate() != nil {
				continue // the transport has no such thing
			}
			t.Run(string(name)+"/"+v.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					for _, trial := range newLaboratory(t).run(s) {
						conforms(t, s, trial)
					}
				})
			})
		}
	}
}

func conforms(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	m := r.Messages
	if *m.Expected == 0 || *m.Expected != m.Delivered || *m.Lost != 0 || m.Duplicated != 0 || m.Reordered != 0 {
		t.Errorf("messages = %+v, lost %d: want all expected ones delivered once and in order", m, *m.Lost)
	}
	if r.Latency.Count != m.Delivered {
		t.Errorf("%d latencies for %d deliveries", r.Latency.Count, m.Delivered)
	}
	if worst := worstLatency(s); r.Latency.Min < 0 || r.Latency.Max > worst {
		t.Errorf("latency from %v to %v: want 0 to %v", r.Latency.Min, r.Latency.Max, worst)
	}
	if d := r.Server.Books.Difference; d == nil || *d != 0 {
		t.Errorf("books = %+v", r.Server.Books)
	}
	if r.Verdict.State != result.Valid {
		t.Errorf("verdict = %+v", r.Verdict)
	}
	givenUp := int64(0) // held polls, which over HTTP/2 are not answered when their client ends
	if s.OverHTTP2(r.Transport) && r.Transport == scenario.LongPoll {
		givenUp = int64(s.Clients)
	}
	if n := r.Wire.Total.RequestsGivenUp; n != givenUp {
		t.Errorf("%d requests given up, want %d", n, givenUp)
	}
	addsUp(t, r.Wire)
	setUp(t, s, r.Wire.Setup.Ledger)
}

// worstLatency is how late a message may arrive on a network without distance, where nothing takes
// time but waiting for the next poll.
func worstLatency(s scenario.Scenario) time.Duration {
	if s.Transports[0] == scenario.ShortPoll {
		return s.PollInterval
	}
	return 0
}

func addsUp(t *testing.T, w result.Wire) {
	t.Helper()
	if sum := w.Setup.Add(w.Steady.Ledger).Add(w.Other.Ledger); sum != w.Total.Ledger {
		t.Errorf("setup + steady + other = %+v\ntotal = %+v", sum, w.Total)
	}
	for name, l := range map[string]wire.Ledger{"setup": w.Setup.Ledger, "steady": w.Steady.Ledger, "other": w.Other.Ledger} {
		if got := l.RequestsWithMessages + l.RequestsEmpty + l.RequestsFailed; got != l.Requests {
			t.Errorf("%s: outcomes of requests add up to %d, requests are %d", name, got, l.Requests)
		}
	}
}

// setUp checks what subscribing costs: one connection for each client, and one exchange on it.
func setUp(t *testing.T, s scenario.Scenario, l wire.Ledger) {
	t.Helper()
	n := int64(s.Clients)
	want := wire.Ledger{Connections: n, Up: l.Up, Down: l.Down}
	if s.TLS {
		want.TLSFull = n
	}
	switch s.Transports[0] {
	case scenario.WebSocket:
		want.Upgrades = n
	case scenario.SSE:
		want.Requests, want.RequestsWithMessages = n, n
	default:
		want.Requests, want.RequestsEmpty = n, n
	}
	if l != want {
		t.Errorf("setup = %+v\nwant    %+v", l, want)
	}
}

// What a delivery takes on the wire follows from the protocols' definitions alone.
func TestSteadyBytes(t *testing.T) {
	const payload = 100
	steady := func(t *testing.T, name scenario.Transport, change func(*scenario.Scenario)) (l wire.Ledger) {
		synctest.Test(t, func(t *testing.T) {
			s := small(name)
			s.Topics, s.Rate, s.PayloadBytes = 1, 1, payload
			s.Warmup = 0 // from the first message on, so that the cursors' lengths are known
			change(&s)
			l = newLaboratory(t).run(s)[0].Wire.Steady.Ledger
		})
		return l
	}
	same := func(*scenario.Scenario) {}
	const n = 12 * 60 // clients × messages

	t.Run("websocket", func(t *testing.T) {
		l := steady(t, scenario.WebSocket, same)
		const pings = 2 * 12 // after 30 s and 60 s; the window began 100 ms after the connection
		want := wire.Ledger{Messages: n, Frames: n,
			// A ping is 2 bytes and a number of one digit, its pong 4 more for the mask.
			Up:   wire.Bytes{Framing: pings * 7, Control: pings * 7},
			Down: wire.Bytes{Payload: n * payload, Framing: n*2 + pings*3, Control: pings * 3}}
		if l != want {
			t.Errorf("steady = %+v\nwant     %+v", l, want)
		}
	})
	t.Run("websocket beyond 125 bytes", func(t *testing.T) {
		l := steady(t, scenario.WebSocket, func(s *scenario.Scenario) { s.PayloadBytes = 126 })
		if got := l.Down.Framing - l.Down.Control; got != 4*n {
			t.Errorf("framing without control = %d, want %d", got, 4*n)
		}
	})
	t.Run("sse", func(t *testing.T) {
		l := steady(t, scenario.SSE, same)
		// id: N\ndata: …\n\n around the payload, in a chunk of 3 digits… of size, CRLF twice.
		framing := int64(0)
		for seq := 1; seq <= 60; seq++ {
			event := len("id: \ndata: \n\n") + digits(seq) + payload
			framing += int64(event - payload + len("\r\n\r\n") + hexDigits(event))
		}
		want := wire.Ledger{Messages: n, Down: wire.Bytes{Payload: n * payload, Framing: 12 * framing}}
		if l != want {
			t.Errorf("steady = %+v\nwant     %+v", l, want)
		}
	})
	t.Run("long poll", func(t *testing.T) {
		l := steady(t, scenario.LongPoll, same)
		request, answer := int64(0), int64(len("HTTP/1.1 200 OK\r\nContent-Length: 102\r\nContent-Type: application/json\r\n"+
			"Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n"))
		for seq := range 60 {
			request += int64(len("GET /poll?topic=0&after=&wait=25s HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"+
				"User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n") + digits(seq))
		}
		want := wire.Ledger{Messages: n, Requests: n, RequestsWithMessages: n,
			Up:   wire.Bytes{Header: 12 * request},
			Down: wire.Bytes{Payload: n * payload, Framing: n * 2, Header: n * answer}}
		if l != want {
			t.Errorf("steady = %+v\nwant     %+v", l, want)
		}
	})
	t.Run("tls", func(t *testing.T) {
		for _, name := range scenario.Transports() {
			plain := steady(t, name, same)
			secure := steady(t, name, func(s *scenario.Scenario) { s.TLS = true })
			// A record for each frame, event, request and answer; 22 bytes each (RFC 8446 section 5.2).
			up, down := plain.Requests, max(plain.Requests, n)
			if name == scenario.WebSocket {
				const pings = 2 * 12
				up, down = pings, n+pings
			}
			if name == scenario.SSE {
				up = 0
			}
			if name == scenario.ShortPoll {
				down = plain.Requests
			}
			want := plain
			want.Up.TLS, want.Down.TLS = 22*up, 22*down
			if secure != want {
				t.Errorf("%s: steady over TLS = %+v\nwant %+v", name, secure, want)
			}
		}
	})
	t.Run("http/2", func(t *testing.T) {
		for _, name := range []scenario.Transport{scenario.ShortPoll, scenario.LongPoll, scenario.SSE} {
			// Half a minute: a table of 4096 bytes holds that many paths beside what repeats.
			half := func(s *scenario.Scenario) { s.HTTP, s.Duration = scenario.HTTP2, 30*time.Second }
			l := steady(t, name, half)
			secure := steady(t, name, func(s *scenario.Scenario) { half(s); s.TLS = true })
			const n, frame = 12 * 30, 9
			// Half the clients poll before the first message, and then get the last one after the window.
			early := int64(0)
			if name == scenario.ShortPoll {
				early = 6
			}
			found := n - early
			want := wire.Ledger{Messages: found, Requests: n, RequestsWithMessages: found, RequestsEmpty: early,
				Up: wire.Bytes{Framing: n * frame},
				// A head, content, and the array's brackets. A head is mostly its date.
				Down: wire.Bytes{Payload: found * payload, Framing: n*frame + found*(frame+2), Header: l.Down.Header}}
			up, down := int64(n), n+found // records: net/http writes head and content apart
			for seq := range 30 {
				path := fmt.Sprintf("/poll?topic=0&after=%d", seq)
				if name == scenario.LongPoll {
					path += "&wait=25s"
				}
				literal, clients := 2+int64(hpack.HuffmanEncodeLength(path)), int64(12)
				switch {
				case seq == 0 && name == scenario.ShortPoll:
					literal, clients = 1, 12+early // it is that of the subscription
				case seq == 29:
					clients -= early
				}
				// :authority, :method, :scheme, user-agent and accept-encoding are known by then.
				want.Up.Header += clients * (5 + literal)
			}
			if name == scenario.SSE {
				want = wire.Ledger{Messages: n, Down: wire.Bytes{Payload: n * payload}}
				for seq := 1; seq <= 30; seq++ {
					want.Down.Framing += 12 * int64(len("id: \ndata: \n\n")+digits(seq)+frame)
				}
				up, down = 0, n
			}
			if l != want || l.Down.Header > 30*n {
				t.Errorf("%s: steady = %+v\nwant %+v", name, l, want)
			}
			want.Up.TLS, want.Down.TLS = 22*up, 22*down
			if secure != want {
				t.Errorf("%s: steady over TLS = %+v\nwant %+v", name, secure, want)
			}
		}
	})
	t.Run("tls sessions", func(t *testing.T) {
		for _, resume := range []bool{false, true} {
			l := steady(t, scenario.ShortPoll, func(s *scenario.Scenario) { s.TLS, s.Resume, s.KeepAlive = true, resume, false })
			full, resumed := l.Connections, int64(0)
			if resume {
				full, resumed = resumed, full
			}
			if l.Connections != n || l.TLSFull != full || l.TLSResumed != resumed {
				t.Errorf("resume %v: %d connections, %d full handshakes, %d resumed", resume, l.Connections, l.TLSFull, l.TLSResumed)
			}
			if l.Up.Handshake == 0 || l.Down.Handshake == 0 || l.Up.TLS != 22*n || l.Down.TLS < 22*n {
				t.Errorf("resume %v: up %+v, down %+v", resume, l.Up, l.Down)
			}
		}
	})
	t.Run("short poll without keep-alive", func(t *testing.T) {
		l := steady(t, scenario.ShortPoll, func(s *scenario.Scenario) { s.KeepAlive = false; s.PollInterval = 500 * time.Millisecond })
		if l.Requests != 2*n || l.Connections != l.Requests || l.Upgrades != 0 {
			t.Errorf("%d requests over %d connections, want %d over as many", l.Requests, l.Connections, 2*n)
		}
		if l.RequestsEmpty != n || l.RequestsWithMessages != n {
			t.Errorf("%d polls empty, %d with messages: want half and half of %d", l.RequestsEmpty, l.RequestsWithMessages, 2*n)
		}
	})
}

func digits(n int) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d
}

func hexDigits(n int) int {
	d := 1
	for ; n >= 16; n /= 16 {
		d++
	}
	return d
}
