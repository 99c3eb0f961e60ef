//go:build !race

// What is held here are figures, over hours of virtual time; the race detector would take minutes for them,
// and sees the same code run in the tests of conformance.

package engine_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// What really runs keeps to the closed forms: over a link of 100 ms and back, in virtual time, where
// nothing takes time but distance. The model is asked for the rates that came about.

// far is a scenario of independent clients over that link.
func far(name scenario.Transport, rate float64, length time.Duration) scenario.Scenario {
	s := small(name)
	s.Clients, s.Topics = 20, 20
	s.Arrivals, s.Rate = scenario.Poisson, rate
	s.Link.RTT = 100 * time.Millisecond
	s.Hold, s.Warmup, s.Duration = scenario.MaxHold, 2*time.Second, length
	return s
}

// compared runs a scenario in virtual time, and asks the model about it.
func compared(t *testing.T, s scenario.Scenario) (r result.Trial, p model.Prediction) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r = newLaboratory(t).run(s)[0]
	})
	in := model.FromScenario(s, s.Transports[0], model.Link{OneWay: s.Link.RTT / 2})
	in.Rate = float64(*r.Messages.Published) / r.Wire.Window.Seconds() / float64(s.Topics)
	in.Locked = true
	return r, model.Predict(in)
}

// near fails unless got is within a share of want.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*want {
		t.Errorf("%s: %.5g, the model says %.5g: %+.2f %%", what, got, want, 100*(got-want)/want)
	}
}

func TestLongPollKeepsToTheModel(t *testing.T) {
	for _, rate := range []float64{0.1, 1, 4, 10, 50} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("%g a second, seed %d", rate, seed), func(t *testing.T) {
				s := far(scenario.LongPoll, rate, time.Duration(math.Round(1000/rate))*time.Second)
				s.Seed = seed + 1
				r, p := compared(t, s)
				near(t, "mean", float64(r.Latency.Mean), float64(p.Latency.Mean()), 0.01)
				near(t, "requests", float64(r.Wire.Steady.Requests)/r.Wire.Window.Seconds()/float64(s.Clients), p.Requests, 0.01)
				if rate > 0.1 { // there it is the 99th percentile that begins to wait
					near(t, "p99", float64(r.Latency.P99), float64(p.Latency.Quantile(0.99)), 0.02)
				}
				if least, most := 50*time.Millisecond, 150*time.Millisecond; r.Latency.Min < least || r.Latency.Max > most {
					t.Errorf("latency from %v to %v, want one transit to three (RFC 6202 section 2.2)", r.Latency.Min, r.Latency.Max)
				}
			})
		}
	}
}

// Without keep-alive a poll makes a connection first, and over TLS two more round trips: five transits at
// most, and seven.
func TestLongPollThatConnectsKeepsToTheModel(t *testing.T) {
	for transits, tls := range map[int]bool{5: false, 7: true} {
		s := far(scenario.LongPoll, 4, 50*time.Second)
		s.KeepAlive, s.TLS = false, tls
		r, p := compared(t, s)
		near(t, "mean", float64(r.Latency.Mean), float64(p.Latency.Mean()), 0.03)
		near(t, "connections", float64(r.Wire.Steady.Connections)/r.Wire.Window.Seconds()/float64(s.Clients), p.Connections, 0.03)
		if most := time.Duration(transits) * 50 * time.Millisecond; r.Latency.Max > most || r.Latency.Max < most-5*time.Millisecond {
			t.Errorf("TLS %v: a message took %v, want %v at most", tls, r.Latency.Max, most)
		}
	}
}

// Evenly spaced messages that are further apart than a round trip find the poll waiting; once they are
// not, some wait.
func TestLongPollJumpsAtTheGap(t *testing.T) {
	for period, waits := range map[time.Duration]bool{250 * time.Millisecond: false, 110 * time.Millisecond: false, 87 * time.Millisecond: true} {
		s := far(scenario.LongPoll, float64(time.Second)/float64(period), time.Minute)
		s.Arrivals = scenario.Fixed
		r, p := compared(t, s)
		if (r.Latency.Max > 50*time.Millisecond) != waits {
			t.Errorf("a message each %v: latency from %v to %v", period, r.Latency.Min, r.Latency.Max)
		}
		near(t, fmt.Sprintf("mean, a message each %v", period), float64(r.Latency.Mean), float64(p.Latency.Mean()), 0.015)
	}
}

func TestShortPollKeepsToTheModel(t *testing.T) {
	for _, v := range []struct {
		name   string
		change func(*scenario.Scenario)
	}{
		{"fixed rate", func(*scenario.Scenario) {}},
		{"fixed rate, no keep-alive", func(s *scenario.Scenario) { s.KeepAlive = false }},
		{"fixed delay", func(s *scenario.Scenario) { s.PollPacing = scenario.FixedDelay }},
		{"fixed delay, no keep-alive", func(s *scenario.Scenario) { s.PollPacing, s.KeepAlive = scenario.FixedDelay, false }},
	} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("%s, seed %d", v.name, seed), func(t *testing.T) {
				s := far(scenario.ShortPoll, 1, 600*time.Second)
				s.Seed = seed + 1
				v.change(&s)
				r, p := compared(t, s)
				near(t, "mean", float64(r.Latency.Mean), float64(p.Latency.Mean()), 0.015)
				near(t, "requests", float64(r.Wire.Steady.Requests)/r.Wire.Window.Seconds()/float64(s.Clients), p.Requests, 0.01)
				near(t, "empty polls", float64(r.Wire.Steady.RequestsEmpty)/float64(r.Wire.Steady.Requests), p.Empty, 0.05)
				followsLaw(t, r, p.Latency)
			})
		}
	}
}

// followsLaw is the Kolmogorov-Smirnov test at the level of 1 %, on the histogram's three digits.
func followsLaw(t *testing.T, r result.Trial, law model.Law) {
	t.Helper()
	h, err := r.Latency.Histogram()
	if err != nil {
		t.Fatal(err)
	}
	const digits = 0.002
	bound := 1.63/math.Sqrt(float64(h.Count())) + digits
	for percent := 1; percent < 100; percent++ {
		q := h.Percentile(float64(percent))
		if d := math.Abs(law.CDF(q) - float64(percent)/100); d > bound {
			t.Errorf("%d %% arrive within %v, the law says %.2f %%: off by more than %.2f %%", percent, q, 100*law.CDF(q), 100*bound)
		}
	}
}

func TestPushKeepsToTheModel(t *testing.T) {
	for _, name := range []scenario.Transport{scenario.SSE, scenario.WebSocket} {
		r, p := compared(t, far(name, 4, time.Minute))
		if mean := p.Latency.Mean(); mean != 50*time.Millisecond || r.Latency.Min != mean || r.Latency.Max != mean {
			t.Errorf("%s: latency from %v to %v, want one transit of %v for all", name, r.Latency.Min, r.Latency.Max, mean)
		}
	}
}
