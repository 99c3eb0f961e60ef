package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// Variants of what a poll goes through. All take some time of each kind.
var variants = []struct {
	name   string
	change func(*model.Input)
}{
	{"kept", func(*model.Input) {}},
	{"slow server", func(in *model.Input) { in.Answer, in.Parse, in.Turnaround = 30*ms, 20*ms, 10*ms }},
	{"connecting", func(in *model.Input) { in.KeepAlive = false }},
	{"connecting over TLS, slow server", func(in *model.Input) {
		in.KeepAlive, in.TLS = false, true
		in.Answer, in.Parse, in.Turnaround = 7*ms, 3*ms, 40*ms
	}},
	{"fixed delay", func(in *model.Input) { in.Pacing = scenario.FixedDelay }},
	{"fixed delay, connecting, slow server", func(in *model.Input) {
		in.Pacing, in.KeepAlive, in.Answer = scenario.FixedDelay, false, 25*ms
	}},
	{"overrun", func(in *model.Input) { in.Interval, in.Answer, in.Turnaround = 60*ms, 15*ms, 5*ms }},
	{"short hold", func(in *model.Input) { in.Hold = 300 * ms }},
	{"hold below the gap", func(in *model.Input) { in.Hold, in.KeepAlive = 40*ms, false }},
}

// Both kinds of polling against a simulation of each step of each poll, with Poisson arrivals: mean,
// distribution, requests, empty polls, held ones and batches.
func TestPollsAgainstSimulation(t *testing.T) {
	const messages = 60_000 // from 20 minutes at 50/s to 10,000 minutes at 0.1/s
	for _, name := range []scenario.Transport{scenario.ShortPoll, scenario.LongPoll} {
		for _, v := range variants {
			for seed, rate := range []float64{0.1, 1, 4, 10, 50} {
				in := plain(name)
				in.Rate = rate
				v.change(&in)
				t.Run(fmt.Sprintf("%s/%s/%v", name, v.name, rate), func(t *testing.T) {
					random := rand.New(rand.NewPCG(uint64(seed), 1))
					phase := time.Duration(random.Float64() * float64(in.Interval))
					d := path{in: in}.poll(poisson(random, rate, messages), phase-time.Second)
					compare(t, in, d)
				})
			}
		}
	}
}

func compare(t *testing.T, in model.Input, d deliveries) {
	t.Helper()
	// The realised rate: that of the draw scatters by 1 in 245, and is no fault of the model.
	in.Rate = float64(len(d.late)) / d.span.Seconds()
	p := model.Predict(in)
	check := func(what string, got estimate, want, slack float64) {
		t.Helper()
		if !got.agrees(want, slack) {
			t.Errorf("%s: simulated %.6g ± %.2g, predicted %.6g", what, got.mean, got.err, want)
		}
	}
	check("mean", batchMeans(d.late, time.Duration.Seconds), p.Latency.Mean().Seconds(), 2e-9)
	for part := range 11 {
		x := p.Latency.Base + time.Duration(part)*(p.Latency.Max()-p.Latency.Base)/10
		share := batchMeans(d.late, func(late time.Duration) float64 { return is(late <= x) })
		check(fmt.Sprintf("share up to %v", x), share, p.Latency.CDF(x), 5/float64(len(d.late)))
	}
	for _, q := range []float64{0.5, 0.9, 0.99} {
		x := p.Latency.Quantile(q)
		share := batchMeans(d.late, func(late time.Duration) float64 { return is(late <= x) })
		if share.mean+5*share.err+5/float64(len(d.late)) < q {
			t.Errorf("p%v = %v, simulated %.5g ± %.2g up to there", 100*q, x, share.mean, share.err)
		}
	}
	if late := slices.Max(d.late); late > p.Latency.Max()+1 || slices.Min(d.late) < p.Latency.Base {
		t.Errorf("simulated from %v to %v, predicted %v to %v", slices.Min(d.late), late, p.Latency.Base, p.Latency.Max())
	}
	perPoll := batchMeans(d.batches, func(n int) float64 { return float64(n) })
	check("messages to a poll", perPoll, in.Rate/p.Requests, 5/float64(len(d.batches)))
	none := batchMeans(d.batches, func(n int) float64 { return is(n == 0) })
	check("empty", none, p.Empty, 5/float64(len(d.batches)))
	some := slices.DeleteFunc(slices.Clone(d.batches), func(n int) bool { return n == 0 })
	check("batch", batchMeans(some, func(n int) float64 { return float64(n) }), p.Batch, 5/float64(len(some)))
	if in.Transport == scenario.LongPoll {
		polls := float64(len(d.batches))
		scatter := math.Sqrt(p.Held * (1 - p.Held) / polls)
		check("held", estimate{float64(d.held) / polls, scatter}, p.Held, 1/polls)
	}
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// The waits of Poisson arrivals for a clock's ticks are independent, so the distance of Kolmogorov and
// Smirnov exceeds 1.95/√n in 1 of 1000 samples of the predicted law.
func TestShortPollLaw(t *testing.T) {
	const n = 100_000
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 2))
		in := plain(scenario.ShortPoll)
		in.Rate = 3
		d := path{in: in}.poll(poisson(random, in.Rate, n), 123*ms)
		if distance := kolmogorovSmirnov(d.late, model.Predict(in).Latency); distance > 1.95/math.Sqrt(n) {
			t.Errorf("seed %d: distance %.5f, want at most %.5f", seed, distance, 1.95/math.Sqrt(n))
		}
		in.Interval += 15 * ms // a law that is 1.5 % off is told from it
		if distance := kolmogorovSmirnov(d.late, model.Predict(in).Latency); distance < 1.95/math.Sqrt(n) {
			t.Errorf("seed %d: distance %.5f from another law", seed, distance)
		}
	}
}

// kolmogorovSmirnov returns the greatest distance between a sample's distribution and a continuous law.
func kolmogorovSmirnov(sample []time.Duration, law model.Law) float64 {
	sorted, n, most := slices.Sorted(slices.Values(sample)), float64(len(sample)), 0.0
	for i, x := range sorted {
		f := law.CDF(x)
		most = max(most, f-float64(i)/n, float64(i+1)/n-f)
	}
	return most
}

// Evenly spaced messages and short polls: over clients whose phases are spread over the interval, the
// law is uniform whatever the ratio, although for each client alone it may be a single value.
func TestShortPollOfSpacedMessages(t *testing.T) {
	const clients, messages = 400, 60
	for _, period := range []time.Duration{250 * ms, 370 * ms, time.Second, 2700 * ms} {
		in := plain(scenario.ShortPoll)
		in.Arrivals, in.Rate = scenario.Fixed, 1/period.Seconds()
		p := model.Predict(in)
		var late []time.Duration
		polls, empty := 0, 0
		for i := range clients {
			phase := time.Duration((float64(i) + 0.5) / clients * float64(in.Interval))
			d := path{in: in}.poll(spaced(period, messages), phase-in.Interval)
			late = append(late, d.late...)
			for _, n := range d.batches {
				polls++
				empty += int(is(n == 0))
			}
		}
		// Each message's waits stand clients to the interval apart, and nothing is random.
		if distance := kolmogorovSmirnov(late, p.Latency); distance > 1.01/clients {
			t.Errorf("every %v: distance %.5f, want at most %.5f", period, distance, 1.01/clients)
		}
		// The first and the last poll of each client are cut off somewhere.
		if share := float64(empty) / float64(polls); math.Abs(share-p.Empty) > 3*float64(clients)/float64(polls) {
			t.Errorf("every %v: %.4f empty, predicted %.4f", period, share, p.Empty)
		}
	}
}
