package engine

import (
	"time"

	"pollpush/internal/result"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
)

// timeline counts deliveries by the part of the window that they fell due in.
type timeline struct {
	slices []Slice
	length time.Duration // of a slice; the last one may be a few nanoseconds longer
}

// Slice is what was counted of one part. Its histogram is coarse, and made when there is something to record.
type Slice struct {
	Delivered int64              `json:"delivered"`
	Latency   *metrics.Histogram `json:"latency,omitempty"`
}

func newTimeline(window time.Duration) timeline {
	n := result.Slices(window)
	return timeline{slices: make([]Slice, n), length: window / time.Duration(n)}
}

// at returns the slice of an instant of the window.
func (t timeline) at(w *window, i clock.Instant) *Slice {
	return &t.slices[min(int(i.Sub(w.start)/t.length), len(t.slices)-1)]
}

func (s *Slice) record(latency time.Duration) {
	s.histogram().Record(latency)
}

func (s *Slice) histogram() *metrics.Histogram {
	if s.Latency == nil {
		s.Latency = metrics.NewCoarseHistogram()
	}
	return s.Latency
}

func (s *Slice) add(o Slice) {
	s.Delivered += o.Delivered
	if o.Latency != nil {
		s.histogram().Merge(o.Latency)
	}
}

// slices returns the window so far in slices.
func (r *recorder) slices(window time.Duration) []Slice {
	sum := newTimeline(window).slices
	r.each(func(s *shard) {
		for i := range sum {
			sum[i].add(s.timeline.slices[i])
		}
	})
	return sum
}

// timeline returns the window so far as it is reported.
func (f *findings) timeline() []result.Slice {
	length := newTimeline(f.scenario.Duration).length
	var all []result.Slice
	for i, slice := range f.sum.Timeline {
		start := time.Duration(i) * length
		if start >= f.length {
			break // the trial was cut short before it
		}
		s := result.Slice{Start: start, Clients: f.scenario.ClientsAt(start + length/2), Delivered: slice.Delivered}
		if h := slice.Latency; h != nil {
			s.Mean, s.P50, s.P99, s.Max = h.Mean(), h.Percentile(50), h.Percentile(99), h.Max()
		}
		all = append(all, s)
	}
	return all
}
