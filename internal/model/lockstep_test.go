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

// evenly returns the input of a long poll of messages a period apart, over a far link: G is 100 ms.
func evenly(period, hold time.Duration) model.Input {
	in := plain(scenario.LongPoll)
	in.Arrivals, in.Rate, in.Hold, in.Locked = scenario.Fixed, 1/period.Seconds(), hold, true
	return in
}

// Undisturbed, evenly spaced messages give a pattern that repeats, and the model has it exactly: each
// latency and its share, requests, empty polls, batches.
func TestLongPollInLockstep(t *testing.T) {
	for _, c := range []struct {
		period, hold time.Duration
		repeats      int // messages until the pattern repeats
		mean         time.Duration
	}{
		{time.Second, 0, 1, 50 * ms},              // each finds a poll held
		{101 * ms, 0, 1, 50 * ms},                 // a poll is back just in time
		{80 * ms, 0, 5, 90 * ms},                  // G/P = 5/4: waits of 0, 20 ... 80 ms
		{75 * ms, 0, 4, 87500 * time.Microsecond}, // 4/3
		{50 * ms, 0, 2, 75 * ms},                  // 2: waits of 0 and 50 ms, a quarter of G on average
		{40 * ms, 0, 5, 90 * ms},                  // 5/2
		{10 * ms, 0, 10, 95 * ms},                 // 10: waits of 0, 10 ... 90 ms
		{10 * ms, 300 * ms, 10, 95 * ms},          // holds that never end
		{430 * ms, 300 * ms, 2, 85 * ms},          // behind an empty poll: waits of 0 and 70 ms
		{450 * ms, 300 * ms, 2, 75 * ms},          // 0, 50 ms, and then due as a hold ends
		{455 * ms, 300 * ms, 3, 95 * ms},          // 0, 45, 90 ms
		{490 * ms, 300 * ms, 10, 95 * ms},         // 0, 10 ... 90 ms
		{1290 * ms, 300 * ms, 10, 95 * ms},        // the same, behind three empty polls
		{501 * ms, 300 * ms, 1, 50 * ms},          // an empty poll, and back just in time
		{700 * ms, 300 * ms, 1, 50 * ms},          // an empty poll, and the next is held
		{5255 * ms, 300 * ms, 3, 95 * ms},         // 13 empty polls
		{60 * time.Second, 25 * time.Second, 1, 50 * ms},
	} {
		t.Run(fmt.Sprintf("%v held %v", c.period, c.hold), func(t *testing.T) {
			in := evenly(c.period, c.hold)
			p := model.Predict(in)
			if p.Latency.Mean() != c.mean {
				t.Errorf("mean %v, want %v", p.Latency.Mean(), c.mean)
			}
			// The first poll is there just before the first message; so it begins with a wait of 0.
			d := path{in: in}.poll(spaced(c.period, 40*c.repeats), c.period-far.OneWay-1)
			d.late = d.late[:len(d.late)/2/c.repeats*c.repeats]
			exactly(t, d.late, p.Latency)
			// What is cut off at either end is less than a pattern.
			polls, empty := float64(len(d.batches)), 0.0
			for _, n := range d.batches {
				empty += is(n == 0)
			}
			edge := 2 * float64(c.repeats) / (40 * float64(c.repeats))
			for what, pair := range map[string][2]float64{
				"polls to a message":        {polls / float64(40*c.repeats), p.Requests * c.period.Seconds()},
				"empty":                     {empty / polls, p.Empty},
				"held":                      {float64(d.held) / polls, p.Held},
				"messages to a full answer": {float64(40*c.repeats) / (polls - empty), p.Batch},
			} {
				if math.Abs(pair[0]-pair[1]) > edge*(1+pair[1]) {
					t.Errorf("%s: simulated %.4f, predicted %.4f", what, pair[0], pair[1])
				}
			}
		})
	}
}

// exactly checks that latencies from whole patterns are distributed as law says, at each of them, just
// before, and in their quantiles.
func exactly(t *testing.T, late []time.Duration, law model.Law) {
	t.Helper()
	sorted, n := slices.Sorted(slices.Values(late)), float64(len(late))
	share := func(x time.Duration) float64 {
		i, _ := slices.BinarySearch(sorted, x+1)
		return float64(i) / n
	}
	for _, x := range slices.Compact(slices.Clone(sorted)) {
		for _, at := range []time.Duration{x - 10, x + 10} {
			if math.Abs(law.CDF(at)-share(at)) > 1e-6 {
				t.Errorf("up to %v: simulated %.4f, predicted %.4f", at, share(at), law.CDF(at))
			}
		}
	}
	for i := range 10 {
		q := (float64(i) + 0.55) / 10 // no pattern here has a step at these
		if want := sorted[int(math.Ceil(q*n))-1]; (law.Quantile(q) - want).Abs() > 1 {
			t.Errorf("p%v = %v, want %v", 100*q, law.Quantile(q), want)
		}
	}
	if worst := sorted[len(sorted)-1]; (law.Max() - worst).Abs() > 1 {
		t.Errorf("at most %v, want %v", law.Max(), worst)
	}
}

// On a path with jitter no place between two messages is special: where P is below G a message waits
// evenly over 0 to G, whatever their ratio; above it none waits. (Nearer to G than the jitter is, it is
// something in between.)
func TestLongPollOfSpacedMessagesWithJitter(t *testing.T) {
	const messages, most = 300_000, 5 * ms
	for seed, c := range []struct{ period, mean time.Duration }{
		{107 * ms, 50 * ms}, {90 * ms, 100 * ms}, {80 * ms, 100 * ms}, {50 * ms, 100 * ms}, {10 * ms, 100 * ms},
	} {
		in := evenly(c.period, 0)
		in.Locked, in.Turnaround, in.Link.OneWay, in.Answer = false, most, 45*ms, 5*ms
		random := rand.New(rand.NewPCG(uint64(seed), 3))
		jitter := func() time.Duration { return time.Duration((2*random.Float64() - 1) * float64(most)) }
		d := path{in: in, jitter: jitter}.poll(spaced(c.period, messages), 0)
		law := model.Predict(in).Latency
		if law.Mean() != c.mean {
			t.Errorf("every %v: mean %v, want %v", c.period, law.Mean(), c.mean)
		}
		// A gap that varies is met rather when it is long: its variance, most²/3, adds to the mean wait
		// what that is of 2G.
		longer := most.Seconds() * most.Seconds() / 3 / 0.2
		if got := batchMeans(d.late, time.Duration.Seconds); !got.agrees(law.Mean().Seconds(), 2*longer) {
			t.Errorf("every %v: simulated %.4g ± %.2g s, predicted %v", c.period, got.mean, got.err, law.Mean())
		}
	}
}

// Where holds are shorter than gaps, the model is an approximation: on average over periods it has
// requests right within 1 %, and what messages wait within 10 %.
func TestHoldsBelowTheGap(t *testing.T) {
	var requests, waits, predicted, predictedWaits float64
	for period := 150 * ms; period < 1500*ms; period += 7 * ms {
		in := evenly(period, 37*ms)
		d := path{in: in}.poll(spaced(period, 400), 0)
		requests += float64(len(d.batches)) / (400 * period.Seconds())
		waits += batchMeans(d.late, time.Duration.Seconds).mean - in.Link.OneWay.Seconds()
		p := model.Predict(in)
		predicted += p.Requests
		predictedWaits += (p.Latency.Mean() - in.Link.OneWay).Seconds()
	}
	if math.Abs(requests/predicted-1) > 0.01 || math.Abs(waits/predictedWaits-1) > 0.1 {
		t.Errorf("simulated are %.3f times the requests and %.3f times the waits predicted", requests/predicted, waits/predictedWaits)
	}
}
