package compare

import (
	"fmt"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// Spread is how the latencies of a transport are distributed in both results: all messages of all trials
// that have a say, their histograms merged.
type Spread struct {
	Transport   scenario.Transport `json:"transport"`
	Percentiles []Percentile       `json:"percentiles"`
}

// Percentile is a latency that so many percent of the messages do not exceed: from 0, the shortest, to
// 100, the longest.
type Percentile struct {
	Percent float64        `json:"percent"` // from 0, the shortest latency, to 100, the longest
	A       *time.Duration `json:"a_ns"`    // of the first result; nil where nothing was measured
	B       *time.Duration `json:"b_ns"`    // of the second; nil as that
}

// percents are the percentiles that are shown.
var percents = []float64{0, 10, 25, 50, 75, 90, 99, 99.9, 100}

func spread(t scenario.Transport, a, b Side) (Spread, error) {
	var merged [2]*metrics.Histogram
	for i, side := range []Side{a, b} {
		sum, err := result.Merge(side.trials(t))
		if err == nil {
			merged[i], err = sum.Latency.Histogram()
		}
		if err != nil {
			return Spread{}, fmt.Errorf("%s: %w", side.Name, err)
		}
	}
	s := Spread{Transport: t}
	for _, p := range percents {
		s.Percentiles = append(s.Percentiles, Percentile{p, percentile(merged[0], p), percentile(merged[1], p)})
	}
	return s, nil
}

func percentile(h *metrics.Histogram, percent float64) *time.Duration {
	if h.Count() == 0 {
		return nil
	}
	d := h.Percentile(percent)
	switch percent {
	case 0:
		d = h.Min()
	case 100:
		d = h.Max()
	}
	return &d
}
