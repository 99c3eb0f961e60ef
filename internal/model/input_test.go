package model_test

import (
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// The main job, at a glance: what the model says of it on a path without length.
func TestFromScenario(t *testing.T) {
	for name, want := range map[scenario.Transport]struct {
		mean, p50, p90, p99, most time.Duration
		requests, batch           float64
	}{
		scenario.ShortPoll: {500 * ms, 500 * ms, 900 * ms, 990 * ms, 1000 * ms, 1, 1},
		scenario.LongPoll:  {0, 0, 0, 0, 0, 1, 1},
		scenario.SSE:       {},
		scenario.WebSocket: {},
	} {
		in := model.FromScenario(scenario.Default(), name, model.Link{})
		p := model.Predict(in)
		l := p.Latency
		if l.Mean() != want.mean || l.Quantile(0.5) != want.p50 || l.Quantile(0.9) != want.p90 || l.Quantile(0.99) != want.p99 || l.Max() != want.most {
			t.Errorf("%s: %+v", name, l)
		}
		if p.Requests != want.requests || p.Batch != want.batch || p.Empty != 0 || p.Connections != 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// Every field of a scenario that the model knows of gets there.
func TestFromScenarioTakesAll(t *testing.T) {
	s := scenario.Default()
	s.Rate, s.Arrivals, s.PayloadBytes = 3, scenario.Poisson, 77
	s.PollInterval, s.PollPacing, s.Hold = 4*time.Second, scenario.FixedDelay, 5*time.Second
	s.KeepAlive, s.TLS = false, true
	got := model.FromScenario(s, scenario.LongPoll, far)
	want := model.Input{
		Transport: scenario.LongPoll, Link: far, Rate: 3, Arrivals: scenario.Poisson, PayloadBytes: 77,
		Interval: 4 * time.Second, Pacing: scenario.FixedDelay, Hold: 5 * time.Second, TLS: true, Wire: model.GoWire(s),
	}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// A cookie comes on top of each request, of its own length and that of the field around it.
func TestCookies(t *testing.T) {
	s := scenario.Default()
	without := model.GoWire(s)
	s.CookieBytes = 100
	with := model.GoWire(s)
	if with.Request-without.Request != 110 || with.Stream.Up-without.Stream.Up != 110 || with.Upgrade.Up-without.Upgrade.Up != 110 || with.Message != without.Message {
		t.Errorf("with a cookie of 100 bytes %+v, without %+v", with, without)
	}
}
