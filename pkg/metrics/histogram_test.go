package metrics_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pollpush/pkg/metrics"
)

func TestHistogramAgreesWithASort(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	h := metrics.NewHistogram()
	var all []time.Duration
	var sum time.Duration
	for range 10_000 {
		d := time.Duration(random.ExpFloat64() * float64(10*time.Millisecond))
		h.Record(d)
		all, sum = append(all, d), sum+d
	}
	slices.Sort(all)
	if h.Count() != 10_000 || h.Min() != all[0] || h.Max() != all[len(all)-1] || h.Sum() != sum || h.Mean() != sum/10_000 {
		t.Errorf("count %d, min %v, max %v, sum %v: want them exact", h.Count(), h.Min(), h.Max(), h.Sum())
	}
	for _, p := range []float64{1, 50, 90, 99, 99.9} {
		want := all[int(p/100*10_000)-1]
		if got := h.Percentile(p); got < want-want/500 || got > want+want/500 {
			t.Errorf("p%v = %v, want %v to three digits", p, got, want)
		}
	}
	bounds := []time.Duration{time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond, time.Hour}
	for i, got := range h.AtMost(bounds) {
		var low, high int64 // the bound's own bar may fall on either side
		for _, d := range all {
			if d <= bounds[i]-bounds[i]/500 {
				low++
			}
			if d <= bounds[i]+bounds[i]/500 {
				high++
			}
		}
		if got < low || got > high {
			t.Errorf("at most %v: %d, want %d to %d", bounds[i], got, low, high)
		}
	}
}

// A latency that cannot be is not hidden: it is counted, and kept in the extremes as it was.
func TestHistogramKeepsWhatCannotBe(t *testing.T) {
	h := metrics.NewHistogram()
	h.Record(-time.Second)
	h.Record(2 * time.Hour)
	if h.Count() != 2 || h.Negative() != 1 || h.Over() != 1 || h.Min() != -time.Second || h.Max() != 2*time.Hour {
		t.Errorf("count %d, negative %d, over %d, min %v, max %v", h.Count(), h.Negative(), h.Over(), h.Min(), h.Max())
	}
	merged := metrics.NewHistogram()
	merged.Merge(h)
	merged.Merge(metrics.NewHistogram())
	if merged.Negative() != 1 || merged.Over() != 1 || merged.Min() != -time.Second || merged.Max() != 2*time.Hour {
		t.Error("a merge lost them")
	}
}

func TestHistogramOfNothing(t *testing.T) {
	h := metrics.NewHistogram()
	if h.Count() != 0 || h.Mean() != 0 || h.Percentile(99) != 0 || h.Min() != 0 || h.Max() != 0 {
		t.Error("nothing was recorded, and yet there is something")
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	h := metrics.NewHistogram()
	if n := testing.AllocsPerRun(1000, func() { h.Record(time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations per record", n)
	}
}

func FuzzDecodeHistogram(f *testing.F) {
	h := metrics.NewHistogram()
	h.Record(time.Millisecond)
	encoded, err := h.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := metrics.Decode(s, 0, 0, 0)
		if err != nil {
			return
		}
		if h.Count() < 0 {
			t.Errorf("count %d", h.Count())
		}
	})
}

// A coarse histogram is small, and still precise to two digits.
func TestCoarseHistogram(t *testing.T) {
	h := metrics.NewCoarseHistogram()
	for ms := range 1000 {
		h.Record(time.Duration(ms+1) * time.Millisecond)
	}
	for p, want := range map[float64]time.Duration{50: 500 * time.Millisecond, 99: 990 * time.Millisecond} {
		if got := h.Percentile(p); (got - want).Abs() > want/100 {
			t.Errorf("p%v = %v, want %v", p, got, want)
		}
	}
	if h.Mean() != 500*time.Millisecond+500*time.Microsecond || h.Max() != time.Second {
		t.Errorf("mean %v, max %v", h.Mean(), h.Max())
	}
	if allocs := testing.AllocsPerRun(100, func() { h.Record(time.Second) }); allocs != 0 {
		t.Errorf("%v allocations for each", allocs)
	}
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			metrics.NewCoarseHistogram()
		}
	})
	if size := result.AllocedBytesPerOp(); size > 32<<10 {
		t.Errorf("it takes %d bytes", size)
	}
}
