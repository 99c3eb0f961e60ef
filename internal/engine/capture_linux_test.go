package engine_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// What the ledger and the kernel count is what a capture shows: connections, bytes, segments and IP
// bytes, to the last one.
func TestCapture(t *testing.T) {
	leaveNoGoroutine(t)
	same := func(*scenario.Scenario) {}
	closing := func(s *scenario.Scenario) { s.KeepAlive = false }
	secure := func(s *scenario.Scenario) { s.TLS = true }
	secureClosing := func(s *scenario.Scenario) { s.TLS, s.KeepAlive = true, false }
	resuming := func(s *scenario.Scenario) { s.TLS, s.KeepAlive, s.Resume = true, false, true }
	h2c := func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 }
	h2 := func(s *scenario.Scenario) { s.HTTP, s.TLS = scenario.HTTP2, true }
	deflate := func(s *scenario.Scenario) { s.Deflate = scenario.DeflateNoTakeover }
	takeover := func(s *scenario.Scenario) { s.Deflate, s.TLS = scenario.DeflateTakeover, true }
	browser := func(s *scenario.Scenario) { s.Headers = "chrome" }
	large := func(s *scenario.Scenario) { s.PayloadBytes = 4000 } // three segments
	for _, v := range []struct {
		name      string
		transport scenario.Transport
		change    func(*scenario.Scenario)
		offload   bool
	}{
		{"short-poll", scenario.ShortPoll, same, false},
		{"short-poll, no keep-alive", scenario.ShortPoll, closing, false},
		{"short-poll, large", scenario.ShortPoll, large, false},
		{"long-poll", scenario.LongPoll, same, false},
		{"long-poll, no keep-alive", scenario.LongPoll, closing, false},
		{"long-poll, large", scenario.LongPoll, large, false},
		{"sse", scenario.SSE, same, false},
		{"sse, large", scenario.SSE, large, false},
		{"websocket", scenario.WebSocket, same, false},
		{"websocket, large", scenario.WebSocket, large, false},
		{"websocket, large, offload", scenario.WebSocket, large, true},
		{"short-poll, tls", scenario.ShortPoll, secure, false},
		{"short-poll, tls, no keep-alive", scenario.ShortPoll, secureClosing, false},
		{"short-poll, tls, no keep-alive, resumed", scenario.ShortPoll, resuming, false},
		{"long-poll, tls", scenario.LongPoll, secure, false},
		{"long-poll, tls, no keep-alive", scenario.LongPoll, secureClosing, false},
		{"sse, tls", scenario.SSE, secure, false},
		{"websocket, tls", scenario.WebSocket, secure, false},
		{"short-poll, h2c", scenario.ShortPoll, h2c, false},
		{"long-poll, h2c", scenario.LongPoll, h2c, false},
		{"sse, h2c", scenario.SSE, h2c, false},
		{"short-poll, h2", scenario.ShortPoll, h2, false},
		{"long-poll, h2", scenario.LongPoll, h2, false},
		{"sse, h2", scenario.SSE, h2, false},
		{"websocket, deflate", scenario.WebSocket, deflate, false},
		{"websocket, tls, deflate with takeover", scenario.WebSocket, takeover, false},
		{"short-poll, browser's headers", scenario.ShortPoll, browser, false},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			s := overSoon(v.transport)
			v.change(&s)
			trial, seen := runCaptured(t, s, v.offload)
			agree(t, trial, seen)
		})
	}
}

// The peer's last acknowledgement may come late: the count waits for it. Here the server ends first
// and cannot answer the client's FIN, until that is sent again.
func TestCaptureOfALateEnd(t *testing.T) {
	leaveNoGoroutine(t)
	server, client := cable(t, false)
	service := server.listen(t)
	capture := startCapture(t, client, service)
	totals := wire.Totals{Packets: new(wire.PacketCounter)}
	dialer := transport.Dialer{Dial: client.dial, Clock: clock.New(), Totals: &totals}
	meter, err := dialer.Connect(t.Context(), service.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer, err := service.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = peer.Close() // an error shows as an end that does not come
	if n, err := meter.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d, %v; want the end of file", n, err)
	}
	ip(t, "-n", server.name, "route", "add", "blackhole", client.address)
	meter.Finish()
	var closing sync.WaitGroup
	closing.Go(meter.Drain)
	ip(t, "-n", server.name, "route", "delete", "blackhole", client.address)
	closing.Wait()
	if err := capture.stop(); err != nil {
		t.Errorf("capture: %v", err)
	}
	packets, ok := totals.Packets.Sample()
	if !ok {
		t.Fatal("the kernel's count of the packets is missing")
	}
	if n := capture.wire.up.fins; n < 2 {
		t.Errorf("%d FINs up, want one that is answered and one before it that is not", n)
	}
	agreeOnPackets(t, capture.wire, packets)
}

// overSoon is a scenario that takes little time, and in which every client gets messages.
func overSoon(name scenario.Transport) scenario.Scenario {
	s := scenario.Default()
	s.Transports = []scenario.Transport{name}
	s.Clients, s.Rate, s.PollInterval = 20, 5, 200*time.Millisecond
	s.Warmup, s.Duration = 0, time.Second
	return s
}

// runCaptured runs a trial with client and server in namespaces of their own, and returns what it
// reports and what a capture shows at the client's end of the cable.
func runCaptured(t *testing.T, s scenario.Scenario, offload bool) (result.Trial, *wiretap) {
	t.Helper()
	server, client := cable(t, offload)
	service := server.listen(t)
	capture := startCapture(t, client, service)
	l := newLaboratory(t)
	l.config.Listen = service.Addr().String()
	l.configure(s)
	e := l.engine(s)
	e.Limits = patient()
	e.Dial = client.dial
	e.Launch = func(context.Context) (*engine.Target, error) {
		control, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		return l.serve(service, control, nil)
	}
	r, err := e.Run(t.Context())
	if err != nil {
		t.Error(err)
	}
	if err := capture.stop(); err != nil {
		t.Errorf("capture: %v", err)
	}
	if len(r.Trials) != 1 {
		t.Fatalf("%d trials, want 1", len(r.Trials))
	}
	return r.Trials[0], capture.wire
}

// agree compares a trial with a capture of it. How punctual the trial was does not matter.
func agree(t *testing.T, r result.Trial, seen *wiretap) {
	t.Helper()
	if r.Verdict.State == result.Invalid || r.Messages.Delivered == 0 {
		t.Errorf("%d messages, verdict = %+v", r.Messages.Delivered, r.Verdict)
	}
	switch d := r.Server.Books.Difference; {
	case d == nil:
		t.Error("the target's books have no balance")
	case *d != 0:
		t.Errorf("the target's books differ by %d bytes", *d)
	}
	total := r.Wire.Total
	if seen.up.syns != total.Connections || seen.down.syns != total.Connections {
		t.Errorf("%d SYNs up and %d down captured, %d connections counted", seen.up.syns, seen.down.syns, total.Connections)
	}
	if n := seen.up.resets + seen.down.resets; n > 0 {
		t.Errorf("%d resets captured, want connections that end in order", n)
	}
	equal(t, "up: socket bytes", seen.up.streamBytes, total.Up.Socket())
	equal(t, "down: socket bytes", seen.down.streamBytes, total.Down.Socket())
	if total.Packets == nil {
		t.Fatal("the kernel's count of the packets is missing")
	}
	agreeOnPackets(t, seen, *total.Packets)
}

// agreeOnPackets compares the kernel's count with a capture. Two things are in no count, and come up
// only where a segment is sent twice: SACK blocks, and what the peer sent again. They must be few,
// and but for them the count is exact.
func agreeOnPackets(t *testing.T, seen *wiretap, counted wire.Traffic) {
	t.Helper()
	equal(t, "up: bytes sent again", seen.up.resentBytes(), counted.Up.RetransmittedBytes)
	for _, v := range []struct {
		way       string
		seen      crossed
		counted   wire.Packets
		uncounted int64
	}{
		{"up", seen.up, counted.Up, seen.up.sackBytes},
		{"down", seen.down, counted.Down, seen.down.sackBytes + seen.down.resentBytes()},
	} {
		equal(t, v.way+": segments", v.seen.segments, v.counted.Segments)
		equal(t, v.way+": IP bytes", v.seen.ipBytes-v.uncounted, v.counted.IPBytes)
		if v.uncounted*200 > v.seen.ipBytes {
			t.Errorf("%s: of %d IP bytes captured %d cannot be counted, want at most 0.5 %%", v.way, v.seen.ipBytes, v.uncounted)
		}
		t.Logf("%s: %+v, of which %d IP bytes cannot be counted", v.way, v.seen, v.uncounted)
	}
}

func equal(t *testing.T, what string, captured, counted int64) {
	t.Helper()
	if captured != counted {
		t.Errorf("%s: %d captured, %d counted: %+d", what, captured, counted, counted-captured)
	}
}
