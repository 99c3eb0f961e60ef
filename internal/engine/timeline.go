package engine

import (
	"time"

	"pollpush/internal/result"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
)

// timeline counts deliveries by the part of the window that they fell due in.
type timeline struct {
	slices []slice
	length time.Duration // of a slice; the last one may be a few nanoseconds longer
}

// slice is one part. Its histogram is made when there is something to record.
type slice struct {
	delivered int64
	latency   *metrics.Histogram
}

func newTimeline(window time.Duration) timeline {
	n := result.Slices(window)
	return timeline{slices: make([]slice, n), length: window / time.Duration(n)}
}

// at returns the slice of an instant of the window.
func (t timeline) at(w *window, i clock.Instant) *slice {
	return &t.slices[min(int(i.Sub(w.start)/t.length), len(t.slices)-1)]
}

func (s *slice) record(latency time.Duration) {
	s.histogram().Record(latency)
}

func (s *slice) histogram() *metrics.Histogram {
	if s.latency == nil {
		s.latency = metrics.NewCoarseHistogram()
	}
	return s.latency
}

func (s *slice) add(o slice) {
	s.delivered += o.delivered
	if o.latency != nil {
		s.histogram().Merge(o.latency)
	}
}

// timeline returns the window so far in slices.
func (t *trial) timeline() []result.Slice {
	sum := newTimeline(t.scenario.Duration)
	t.recorder.each(func(s *shard) {
		for i := range sum.slices {
			sum.slices[i].add(s.timeline.slices[i])
		}
	})
	var all []result.Slice
	for i := range sum.slices {
		start := time.Duration(i) * sum.length
		if start >= t.length() {
			break // the trial was cut short before it
		}
		s := result.Slice{Start: start, Clients: t.scenario.ClientsAt(start + sum.length/2), Delivered: sum.slices[i].delivered}
		if h := sum.slices[i].latency; h != nil {
			s.Mean, s.P50, s.P99, s.Max = h.Mean(), h.Percentile(50), h.Percentile(99), h.Max()
		}
		all = append(all, s)
	}
	return all
}
