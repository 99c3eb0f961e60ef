package model_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// drawn returns a valid input, of all orders of magnitude, and often of bounds.
func drawn(random *rand.Rand) model.Input {
	upTo := func(most float64) float64 {
		switch random.IntN(8) {
		case 0:
			return 0
		case 1:
			return most
		}
		return most * math.Exp(-30*random.Float64())
	}
	duration := func() time.Duration { return time.Duration(upTo(float64(24 * time.Hour))) }
	coin := func() bool { return random.IntN(2) == 0 }
	s := scenario.Default()
	s.TLS, s.KeepAlive, s.CookieBytes = coin(), coin(), random.IntN(4000)
	if coin() {
		s.Arrivals = scenario.Poisson
	}
	if coin() {
		s.PollPacing = scenario.FixedDelay
	}
	if coin() {
		s.HTTP, s.KeepAlive = scenario.HTTP2, true
	}
	s.Rate, s.PayloadBytes = upTo(1e6), int(upTo(1<<20))
	s.Hold, s.PollInterval = duration(), time.Millisecond+duration()
	in := model.FromScenario(s, scenario.Transports()[random.IntN(4)], model.Link{OneWay: duration()})
	in.Answer, in.Parse, in.Turnaround, in.Session, in.Locked = duration(), duration(), duration(), duration(), coin()
	in.Host = model.Host{Cores: random.IntN(9), Poll: time.Millisecond, Write: us, Parse: us}
	return in
}

// FuzzPredict: whatever valid input there is, a prediction is made of numbers, of shares from 0 to 1,
// and of a distribution that is one.
func FuzzPredict(f *testing.F) {
	for seed := range uint64(5000) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		in := drawn(rand.New(rand.NewPCG(seed, 4)))
		p := model.Predict(in)
		for what, share := range map[string]float64{"empty": p.Empty, "held": p.Held, "waits": p.Latency.Waits} {
			if !(share >= 0 && share <= 1) {
				t.Errorf("%s = %v, want a share", what, share)
			}
		}
		for what, v := range map[string]float64{
			"requests": p.Requests, "batch": p.Batch, "connections": p.Connections, "cpu": p.CPU,
			"payload": p.Down.Payload, "framing": p.Down.Framing, "framing up": p.Up.Framing, "header": p.Down.Header, "header up": p.Up.Header,
			"handshake": p.Down.Handshake, "handshake up": p.Up.Handshake, "tls": p.Down.TLS, "tls up": p.Up.TLS,
			"segments": p.Down.Segments, "segments up": p.Up.Segments, "IP bytes": p.Down.IPBytes, "IP bytes up": p.Up.IPBytes,
		} {
			if !(v >= 0) || math.IsInf(v, 0) {
				t.Errorf("%s = %v, want a number that is not negative", what, v)
			}
		}
		if in.Transport.Polls() && p.Batch < 1 {
			t.Errorf("%v messages in an answer that brings some", p.Batch)
		}
		// What is published is what polls bring.
		if brought := p.Requests * (1 - p.Empty) * p.Batch; in.Transport.Polls() && in.Rate > 1e-3 && math.Abs(brought/in.Rate-1) > 1e-6 {
			t.Errorf("%v messages published a second, %v brought", in.Rate, brought)
		}
		isDistribution(t, p.Latency)
		for _, cost := range []model.Measure{model.Requests, model.Overhead, model.IPBytes, model.CPU} {
			if interval, ok := model.BreakEvenInterval(in, scenario.SSE, cost); ok && interval < time.Millisecond {
				t.Errorf("break-even at %v", interval)
			}
			if rate, ok := model.BreakEvenRate(in, scenario.LongPoll, cost); ok && !(rate > 0) {
				t.Errorf("break-even at %v/s", rate)
			}
		}
		if t.Failed() {
			t.Logf("input %+v\nprediction %+v", in, p)
		}
	})
}

func isDistribution(t *testing.T, l model.Law) {
	t.Helper()
	if l.Base < 0 || l.Span < 0 || l.Steps < 0 || l.Mean() < l.Base || l.Mean() > l.Max() {
		t.Errorf("mean %v of %+v", l.Mean(), l)
	}
	before, share := l.Base, 0.0
	for i := range 101 {
		x := l.Quantile(float64(i) / 100)
		if x < before || x > l.Max() {
			t.Errorf("quantile %v is %v, the one before %v", float64(i)/100, x, before)
		}
		// A nanosecond is as fine as quantiles are.
		if f := l.CDF(x + 1); f+1e-6 < float64(i)/100 || f < share || f > 1 {
			t.Errorf("%v up to %v, want at least %v and at most 1", f, x, float64(i)/100)
		}
		before, share = x, l.CDF(x+1)
	}
	if l.CDF(l.Base-1) != 0 || l.CDF(l.Max()) != 1 || l.Quantile(1) != l.Max() {
		t.Errorf("%v before the least, %v up to the most, p100 %v: %+v", l.CDF(l.Base-1), l.CDF(l.Max()), l.Quantile(1), l)
	}
}

// More delay, more messages, a longer interval: what each of them does, it does all the way.
func TestMonotony(t *testing.T) {
	for _, c := range []struct {
		what      string
		transport scenario.Transport
		change    func(in *model.Input, step int)
		value     func(model.Prediction) float64
		grows     bool
	}{
		{"long poll: latency with rate", scenario.LongPoll, rates, mean, true},
		{"long poll: requests with rate", scenario.LongPoll, rates, model.Requests, true},
		{"long poll: batches with rate", scenario.LongPoll, rates, batch, true},
		{"long poll: empty polls with rate", scenario.LongPoll, rates, empty, false},
		{"long poll: requests with delay", scenario.LongPoll, delays, model.Requests, false},
		{"long poll: latency with delay", scenario.LongPoll, delays, mean, true},
		{"long poll: requests with hold", scenario.LongPoll, holds, model.Requests, false},
		{"short poll: empty polls with rate", scenario.ShortPoll, rates, empty, false},
		{"short poll: batches with rate", scenario.ShortPoll, rates, batch, true},
		{"short poll: latency with delay", scenario.ShortPoll, delays, mean, true},
		{"short poll: latency with interval", scenario.ShortPoll, intervals, mean, true},
		{"short poll: requests with interval", scenario.ShortPoll, intervals, model.Requests, false},
		{"short poll: overhead with interval", scenario.ShortPoll, intervals, model.Overhead, false},
		{"push: latency with delay", scenario.SSE, delays, mean, true},
		{"push: overhead with rate", scenario.WebSocket, rates, model.Overhead, true},
	} {
		var before float64
		for step := range 100 {
			in := plain(c.transport)
			in.Hold = 5 * time.Second
			c.change(&in, step)
			v := c.value(model.Predict(in))
			if step > 0 && (c.grows && v < before || !c.grows && v > before) {
				t.Errorf("%s: %v after %v in step %d", c.what, v, before, step)
			}
			before = v
		}
	}
}

func rates(in *model.Input, step int)  { in.Rate = 0.01 * math.Pow(1.1, float64(step)) }
func delays(in *model.Input, step int) { in.Link.OneWay = time.Duration(step) * 5 * ms }
func holds(in *model.Input, step int)  { in.Hold = time.Duration(step+1) * 100 * ms }
func intervals(in *model.Input, step int) {
	in.Interval = time.Duration(step+1) * 50 * ms
}

func mean(p model.Prediction) float64  { return p.Latency.Mean().Seconds() }
func batch(p model.Prediction) float64 { return p.Batch }
func empty(p model.Prediction) float64 { return p.Empty }
