package model_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

const ms = time.Millisecond

// far is a link on which everything takes long enough to see.
var far = model.Link{OneWay: 50 * ms}

// plain returns a scenario's input over a far link, with no hold.
func plain(t scenario.Transport) model.Input {
	s := scenario.Default()
	s.Arrivals = scenario.Poisson
	in := model.FromScenario(s, t, far)
	in.Hold = 0
	return in
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(ms) }

func TestLongPollOverAFarLink(t *testing.T) {
	for _, c := range []struct {
		rate                float64
		mean, p99, requests string
	}{
		{0.1, "50.5", "50", "0.100"},
		{1, "54.98", "140", "0.995"},
		{4, "68.7", "147.3", "3.74"},
		{10, "86.6", "148.6", "7.31"},
		{50, "99.9", "149", "9.99"},
	} {
		in := plain(scenario.LongPoll)
		in.Rate = c.rate
		p := model.Predict(in)
		for _, figure := range []struct {
			name, want string
			got        float64
		}{
			{"mean", c.mean, milliseconds(p.Latency.Mean())},
			{"p99", c.p99, milliseconds(p.Latency.Quantile(0.99))},
			{"requests", c.requests, p.Requests},
		} {
			if got := likeIn(figure.want, figure.got); got != figure.want {
				t.Errorf("%v/s: %s = %s, want %s", c.rate, figure.name, got, figure.want)
			}
		}
	}
}

// likeIn prints a number with as many decimals as want has.
func likeIn(want string, v float64) string {
	decimals := 0
	for i, c := range want {
		if c == '.' {
			decimals = len(want) - i - 1
		}
	}
	return fmt.Sprintf("%.*f", decimals, v)
}

// RFC 6202 section 2.2: a message is delivered after one transit at best, two on average where they are
// frequent, and three at most; a connection for each poll costs two more, TLS 1.3 another two.
func TestLongPollTransits(t *testing.T) {
	in := plain(scenario.LongPoll)
	in.Rate = 1e-9
	if rare := model.Predict(in).Latency; rare.Mean() != far.OneWay || rare.Quantile(0.99) != far.OneWay {
		t.Errorf("rare messages: %v on average, p99 %v; want %v", rare.Mean(), rare.Quantile(0.99), far.OneWay)
	}
	in.Rate = 1e6
	if mean := model.Predict(in).Latency.Mean(); (mean - 2*far.OneWay).Abs() > 2*time.Nanosecond {
		t.Errorf("frequent messages: %v on average, want %v", mean, 2*far.OneWay)
	}
	for transits, change := range map[int]func(*model.Input){
		3: func(*model.Input) {},
		5: func(in *model.Input) { in.KeepAlive = false },
		7: func(in *model.Input) { in.KeepAlive, in.TLS = false, true },
	} {
		in := plain(scenario.LongPoll)
		change(&in)
		if got := model.Predict(in).Latency.Max(); got != time.Duration(transits)*50*ms {
			t.Errorf("at most %v, want %d transits", got, transits)
		}
	}
}

func TestPushIsOneTransitLate(t *testing.T) {
	for _, name := range []scenario.Transport{scenario.SSE, scenario.WebSocket} {
		for _, rate := range []float64{0.01, 1, 1000} {
			in := plain(name)
			in.Rate, in.Answer, in.KeepAlive = rate, 3*ms, false
			p := model.Predict(in)
			if l := p.Latency; l.Mean() != 53*ms || l.Quantile(0.5) != 53*ms || l.Max() != 53*ms || l.CDF(53*ms-1) != 0 || l.CDF(53*ms) != 1 {
				t.Errorf("%s at %v/s: %+v, want 53ms and nothing else", name, rate, l)
			}
			if p.Requests != 0 || p.Connections != 0 {
				t.Errorf("%s: %v requests and %v connections a second", name, p.Requests, p.Connections)
			}
		}
	}
}

// With a connection for each poll, fixed-rate polls are no later for the messages; fixed-delay ones are
// by half of what connecting takes; and fixed-rate ones are once the polls come too fast for it.
func TestConnectingAndShortPolls(t *testing.T) {
	mean := func(pacing scenario.Pacing, interval time.Duration, keepAlive, tls bool) time.Duration {
		in := plain(scenario.ShortPoll)
		in.Pacing, in.Interval, in.KeepAlive, in.TLS = pacing, interval, keepAlive, tls
		return model.Predict(in).Latency.Mean()
	}
	for _, c := range []struct {
		what      string
		got, want time.Duration
	}{
		{"fixed rate", mean(scenario.FixedRate, time.Second, true, false), 550 * ms},
		{"fixed rate, connecting", mean(scenario.FixedRate, time.Second, false, true), 550 * ms},
		{"fixed rate, faster than it connects", mean(scenario.FixedRate, 150*ms, false, false), 150 * ms},
		{"fixed delay", mean(scenario.FixedDelay, time.Second, true, false), 600 * ms},
		{"fixed delay, connecting", mean(scenario.FixedDelay, time.Second, false, false), 650 * ms},
		{"fixed delay, connecting over TLS", mean(scenario.FixedDelay, time.Second, false, true), 700 * ms},
	} {
		if c.got != c.want {
			t.Errorf("%s: mean %v, want %v", c.what, c.got, c.want)
		}
	}
}

// A hold of 25 s costs 8 to 9 % of requests where a message comes every 10 s.
func TestHoldsThatEndCostRequests(t *testing.T) {
	in := plain(scenario.LongPoll)
	in.Rate = 0.1
	endless := model.Predict(in).Requests
	in.Hold = 25 * time.Second
	p := model.Predict(in)
	if more := p.Requests/endless - 1; more < 0.08 || more > 0.09 {
		t.Errorf("%.3f more requests, want 0.08 to 0.09", more)
	}
	in.Rate = 0
	if quiet := model.Predict(in).Requests; math.Abs(quiet-1/25.1) > 1e-12 {
		t.Errorf("%v requests a second without messages, want one in 25.1 s", quiet)
	}
}
