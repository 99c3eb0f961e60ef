package model_test

import (
	"math"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// Bytes of each message, both directions, against runs of bench over loopback: 20 clients, 2 messages a
// second of 128 bytes, evenly spaced, so two to each poll of a second; steady state, where connections
// are opened in it the whole run.
func TestBytesAgainstMeasured(t *testing.T) {
	type figures struct{ framing, header, handshake, tls float64 }
	for _, c := range []struct {
		what      string
		transport scenario.Transport
		change    func(*scenario.Scenario)
		want      figures
	}{
		{"short", scenario.ShortPoll, nil, figures{1.5, 58.05 + 54.5, 0, 0}},
		{"long", scenario.LongPoll, nil, figures{2, 125.2 + 109, 0, 0}},
		{"sse", scenario.SSE, nil, figures{20.3, 0, 0, 0}},
		{"short, connecting", scenario.ShortPoll, func(s *scenario.Scenario) { s.KeepAlive = false }, figures{1.5, 67.55 + 64, 0, 0}},
		{"long, connecting", scenario.LongPoll, func(s *scenario.Scenario) { s.KeepAlive = false }, figures{2, 144.2 + 128, 0, 0}},
		{"short, TLS", scenario.ShortPoll, func(s *scenario.Scenario) { s.TLS = true }, figures{1.5, 58.05 + 54.5, 0, 22}},
		{"long, TLS", scenario.LongPoll, func(s *scenario.Scenario) { s.TLS = true }, figures{2, 125.2 + 109, 0, 44}},
		{"sse, TLS", scenario.SSE, func(s *scenario.Scenario) { s.TLS = true }, figures{20.3, 0, 0, 22}},
		{"short, connecting over TLS", scenario.ShortPoll, func(s *scenario.Scenario) { s.TLS, s.KeepAlive = true, false }, figures{1.5, 67.55 + 64, 767 + 937.5, 22}},
		{"short, resuming", scenario.ShortPoll, func(s *scenario.Scenario) { s.TLS, s.Resume, s.KeepAlive = true, true, false }, figures{1.5, 67.55 + 64, 848 + 748, 22}},
		{"short, h2c", scenario.ShortPoll, func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 }, figures{4.5 + 10.5, 11.5 + 13.7/2 + 0.9, 0, 0}},
		{"long, h2", scenario.LongPoll, func(s *scenario.Scenario) { s.HTTP, s.TLS = scenario.HTTP2, true }, figures{29, 29.2 + 15.5, 0, 66}},
		{"sse, h2c", scenario.SSE, func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 }, figures{23.3, 0, 0, 0}},
	} {
		s := scenario.Default()
		s.Rate = 2
		if c.change != nil {
			c.change(&s)
		}
		in := model.FromScenario(s, c.transport, model.Link{})
		in.Wire.Cursor = 1.3 // numbers 1 to 13 or so
		p := model.Predict(in)
		if payload := p.Down.Payload / s.Rate; payload != 128 || p.Up.Payload != 0 {
			t.Errorf("%s: payload %v", c.what, payload)
		}
		for layer, pair := range map[string][2]float64{
			"framing":   {(p.Up.Framing + p.Down.Framing) / s.Rate, c.want.framing},
			"header":    {(p.Up.Header + p.Down.Header) / s.Rate, c.want.header},
			"handshake": {(p.Up.Handshake + p.Down.Handshake) / s.Rate, c.want.handshake},
			"tls":       {(p.Up.TLS + p.Down.TLS) / s.Rate, c.want.tls},
		} {
			if math.Abs(pair[0]-pair[1]) > 0.01*pair[1] {
				t.Errorf("%s: %s %.4g to a message, measured %.4g", c.what, layer, pair[0], pair[1])
			}
		}
	}
}

// Segments and bytes with TCP and IP headers to a message, against the same and the run in
// results/default, whose requests were shorter. The kernel merges an acknowledgement now and then:
// measured is a little less.
func TestPacketsAgainstMeasured(t *testing.T) {
	for _, c := range []struct {
		what         string
		transport    scenario.Transport
		change       func(*model.Input)
		up, down, ip float64
	}{
		{"short", scenario.ShortPoll, func(in *model.Input) { in.Wire.Request = 93 }, 2, 1, 488},
		{"long", scenario.LongPoll, func(in *model.Input) { in.Wire.Request = 93 }, 1, 2, 489},
		{"sse", scenario.SSE, nil, 1, 1, 252},
		{"websocket", scenario.WebSocket, func(in *model.Input) { in.Wire.Ping = 0 }, 1, 1, 234},
		{"short, connecting", scenario.ShortPoll, func(in *model.Input) { in.KeepAlive = false }, 5, 5, 16 + 10*52 + 355},
		{"short, connecting over TLS", scenario.ShortPoll, func(in *model.Input) { in.KeepAlive, in.TLS = false, true }, 8, 8, 16 + 16*52 + 355 + 1534 + 1875 + 44},
	} {
		in := model.FromScenario(scenario.Default(), c.transport, model.Link{})
		in.Wire.Cursor = 0.8
		if c.change != nil {
			c.change(&in)
		}
		p := model.Predict(in)
		ip := p.Up.IPBytes + p.Down.IPBytes
		if p.Up.Segments != c.up || p.Down.Segments != c.down || math.Abs(ip-c.ip) > 0.02*c.ip {
			t.Errorf("%s: %v segments up and %v down, %.1f bytes; want %v, %v, %v", c.what, p.Up.Segments, p.Down.Segments, ip, c.up, c.down, c.ip)
		}
	}
}

// A connection with one empty poll, as measured from its first segment to its last: five segments each
// way, the first of which has 8 bytes of options more.
func TestPacketsOfAConnection(t *testing.T) {
	in := plain(scenario.ShortPoll)
	in.Rate, in.Wire = 0, model.GoWire(scenario.Scenario{})
	in.KeepAlive = false
	if p := model.Predict(in); p.Up.IPBytes != 135+5*52+8 || p.Down.IPBytes != 83+5*52+8 {
		t.Errorf("%v bytes up and %v down, want 403 and 351", p.Up.IPBytes, p.Down.IPBytes)
	}
}

// RFC 6455 section 5.2: the header of a server's frame.
func TestFrameHeaders(t *testing.T) {
	for payload, want := range map[int]float64{0: 2, 125: 2, 126: 4, 65535: 4, 65536: 10} {
		in := plain(scenario.WebSocket)
		in.PayloadBytes, in.Wire.Ping = payload, 0
		if got := model.Predict(in).Down.Framing; got != want {
			t.Errorf("%d bytes: header of %v, want %v", payload, got, want)
		}
	}
}

// A long poll that finds something takes two segments, a held one three, as its request is acknowledged
// before its answer comes.
func TestSegmentsOfLongPolls(t *testing.T) {
	for rate, want := range map[float64]float64{0.001: 3, 1000: 2} {
		in := plain(scenario.LongPoll)
		in.Rate, in.PayloadBytes = rate, 1
		p := model.Predict(in)
		if got := (p.Up.Segments + p.Down.Segments) / p.Requests; math.Abs(got-want) > 0.01 {
			t.Errorf("at %v/s: %.3f segments to a poll, want %v", rate, got, want)
		}
	}
}

// What keeps a quiet connection open, and what a session that ends costs.
func TestQuietSessions(t *testing.T) {
	in := plain(scenario.SSE)
	for _, c := range []struct {
		arrivals scenario.Arrivals
		rate     float64
		want     float64 // comments of 8 bytes a second
	}{
		{scenario.Poisson, 0, 1. / 15}, {scenario.Poisson, 1. / 15, 1. / 15 / (math.E - 1)}, {scenario.Fixed, 1. / 40, 2. / 40}, {scenario.Fixed, 1, 0},
	} {
		in.Arrivals, in.Rate = c.arrivals, c.rate
		p := model.Predict(in)
		if got := (p.Up.Segments - c.rate); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s at %v/s: %v comments a second, want %v", c.arrivals, c.rate, got, c.want)
		}
	}
	in = plain(scenario.WebSocket)
	in.Rate, in.TLS, in.Session = 0, true, 100*time.Second
	p := model.Predict(in)
	if p.Connections != 0.01 || math.Abs(p.Up.Handshake-17.61) > 1e-9 || math.Abs(p.Down.Handshake-20.41) > 1e-9 {
		t.Errorf("%v connections, handshakes %v up and %v down; want 0.01, 17.61 and 20.41", p.Connections, p.Up.Handshake, p.Down.Handshake)
	}
	if want := 7./30 + 22*(1./30+0.01) + 17.61; math.Abs(p.Up.Socket()-want) > 1e-9 {
		t.Errorf("%v bytes up, want %v", p.Up.Socket(), want)
	}
}
