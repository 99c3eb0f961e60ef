package scenario_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pollpush/internal/scenario"
)

func TestFixedArrivals(t *testing.T) {
	s := scenario.Schedule{Topics: 2, Rate: 2, Arrivals: scenario.Fixed, Length: time.Second}
	got := slices.Collect(s.All())
	const half = 125 * time.Millisecond
	want := []scenario.Arrival{{half, 0}, {3 * half, 1}, {5 * half, 0}, {7 * half, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("arrivals = %v, want %v", got, want)
	}
}

// The nth message of a topic at 3 a second is due at (n + 1/2)/3 s even after a day: errors of rounding do
// not add up.
func TestFixedArrivalsDoNotDrift(t *testing.T) {
	s := scenario.Schedule{Topics: 1, Rate: 3, Arrivals: scenario.Fixed, Length: 24 * time.Hour}
	n := 0
	for a := range s.All() {
		if want := time.Duration(2*n+1) * time.Second / 6; a.Due < want-1 || a.Due > want+1 {
			t.Fatalf("message %d is due at %v, want %v", n, a.Due, want)
		}
		n++
	}
	if n != 3*24*60*60 {
		t.Errorf("%d messages in a day", n)
	}
}

// A burst takes the place of a message: as many arrivals at its instant, and as much time until the next.
func TestBursts(t *testing.T) {
	s := scenario.Schedule{Topics: 2, Rate: 6, Arrivals: scenario.Burst, Burst: 3, Length: time.Second}
	got := slices.Collect(s.All())
	const half = 125 * time.Millisecond
	want := slices.Concat(
		slices.Repeat([]scenario.Arrival{{half, 0}}, 3), slices.Repeat([]scenario.Arrival{{3 * half, 1}}, 3),
		slices.Repeat([]scenario.Arrival{{5 * half, 0}}, 3), slices.Repeat([]scenario.Arrival{{7 * half, 1}}, 3),
	)
	if !slices.Equal(got, want) {
		t.Errorf("arrivals = %v, want %v", got, want)
	}
}

// Bursts of one are fixed arrivals, and so are those that nobody gave a size.
func TestBurstsOfOne(t *testing.T) {
	s := scenario.Schedule{Topics: 3, Rate: 7, Arrivals: scenario.Fixed, Length: time.Minute}
	fixed := slices.Collect(s.All())
	s.Arrivals = scenario.Burst
	for s.Burst = range 2 {
		if !slices.Equal(slices.Collect(s.All()), fixed) {
			t.Errorf("bursts of %d are not as fixed arrivals are", s.Burst)
		}
	}
}

// The mean rate is the one that was asked for however large the bursts are, and the nth burst of 7 messages at
// 3 a second is due at (n + 1/2) × 7/3 s even after a day.
func TestBurstsKeepTheRateAndDoNotDrift(t *testing.T) {
	s := scenario.Schedule{Topics: 1, Rate: 3, Arrivals: scenario.Burst, Burst: 7, Length: 24 * time.Hour}
	n := 0
	for a := range s.All() {
		if want := time.Duration(2*(n/7)+1) * 7 * time.Second / 6; a.Due < want-1 || a.Due > want+1 {
			t.Fatalf("message %d is due at %v, want %v", n, a.Due, want)
		}
		n++
	}
	if want := 3 * 24 * 60 * 60; n < want-7 || n > want+7 {
		t.Errorf("%d messages in a day, want %d give or take a burst", n, want)
	}
}

// A reader may stop in the middle of a burst.
func TestBurstsCanBeLeft(t *testing.T) {
	s := scenario.Schedule{Topics: 1, Rate: 3, Arrivals: scenario.Burst, Burst: 7, Length: time.Hour}
	n := 0
	for range s.All() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d messages were read", n)
	}
}

// What must be kept for a poll that is not to miss any holds whole bursts.
func TestRetentionHoldsBursts(t *testing.T) {
	s := scenario.Default()
	s.Burst = 5000
	even := s.Retention()
	if s.Arrivals = scenario.Burst; s.Retention() != even+5000 {
		t.Errorf("%d messages are kept, without bursts %d", s.Retention(), even)
	}
}

// Poisson arrivals of each topic have the rate that was asked for, and gaps whose spread is that of
// an exponential distribution: its standard deviation is its mean.
func TestPoissonArrivals(t *testing.T) {
	for seed := range uint64(3) {
		s := scenario.Schedule{Topics: 4, Rate: 5, Arrivals: scenario.Poisson, Length: time.Hour, Seed: seed}
		last := make([]time.Duration, s.Topics)
		gaps := make([][]float64, s.Topics)
		previous := time.Duration(0)
		for a := range s.All() {
			if a.Due < previous {
				t.Fatalf("seed %d: %v after %v", seed, a.Due, previous)
			}
			previous = a.Due
			gaps[a.Topic] = append(gaps[a.Topic], (a.Due - last[a.Topic]).Seconds())
			last[a.Topic] = a.Due
		}
		for topic, g := range gaps {
			mean, deviation := moments(g)
			// 18,000 gaps: four standard errors are 3 %.
			if math.Abs(mean*s.Rate-1) > 0.03 || math.Abs(deviation*s.Rate-1) > 0.05 {
				t.Errorf("seed %d, topic %d: gaps of %.4f ± %.4f s, want 0.2 ± 0.2", seed, topic, mean, deviation)
			}
		}
	}
}

func moments(values []float64) (mean, deviation float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, math.Sqrt(deviation)
}

func TestSameSeedSameSchedule(t *testing.T) {
	s := scenario.Default()
	s.Arrivals = scenario.Poisson
	first := slices.Collect(s.Schedule(1).All())
	if !slices.Equal(first, slices.Collect(s.Schedule(1).All())) {
		t.Error("the same trial has another schedule")
	}
	if slices.Equal(first, slices.Collect(s.Schedule(2).All())) {
		t.Error("another trial has the same schedule")
	}
	s.Seed = 2
	if slices.Equal(first, slices.Collect(s.Schedule(1).All())) {
		t.Error("another seed has the same schedule")
	}
}

// Every stratum of the interval holds one client, so the mean phase is a half and cannot be
// unlucky.
func TestPhasesAreStratified(t *testing.T) {
	s := scenario.Default()
	phases := s.PollOffsets(1)
	if slices.IsSorted(phases) {
		t.Error("clients poll in their own order: neighbours would share shards and topics")
	}
	sorted := slices.Sorted(slices.Values(phases))
	n := float64(len(sorted))
	for i, p := range sorted {
		if p < float64(i)/n || p >= float64(i+1)/n {
			t.Fatalf("phase %d of %d is %v", i, len(sorted), p)
		}
	}
	if !slices.Equal(phases, s.PollOffsets(1)) {
		t.Error("the same trial has other phases")
	}
}

// A rate so small that the next message is centuries away ends the schedule, rather than wrapping
// round to a time before its beginning.
func TestTinyRatesEnd(t *testing.T) {
	for _, arrivals := range scenario.AllArrivals() {
		s := scenario.Schedule{Topics: 1, Rate: 1e-300, Arrivals: arrivals, Burst: 10, Length: time.Hour}
		for a := range s.All() {
			t.Fatalf("%s: a message at %v", arrivals, a.Due)
		}
	}
}
