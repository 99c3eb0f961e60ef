package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// latencyBounds are the classic buckets of every duration here: from what a loopback takes to what
// a slow poll interval does.
var latencyBounds = []float64{
	.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60,
}

// The buckets of native histograms: each 2^(1/8) times as wide as the one below, 9 %.
const (
	nativeSchema        = 3
	nativeBucketFactor  = 1.1 // what client_golang takes for schema 3
	nativeMaxBuckets    = 200 // from 1 ns to an hour there are 335, and most are empty
	nativeZeroThreshold = prometheus.DefNativeHistogramZeroThreshold
)

// histogram sends a Histogram as a Prometheus one, both with classic buckets and as a native one: a scraper
// takes what it knows. nil is an empty one.
func (s samples) histogram(d *prometheus.Desc, h *Histogram, labels ...string) {
	if h == nil {
		h = NewHistogram()
	}
	sum, count := h.Sum().Seconds(), uint64(h.Count())
	zero, buckets := h.native()
	native, err := prometheus.NewConstNativeHistogram(d, count, sum, buckets, nil, zero, nativeSchema, nativeZeroThreshold, time.Time{}, labels...)
	if err != nil {
		native = prometheus.NewInvalidMetric(d, err)
	}
	s.ch <- histogramMetric{classic: prometheus.MustNewConstHistogram(d, count, sum, h.classic(), labels...), native: native}
}

// classic returns how many durations did not exceed each bound.
func (h *Histogram) classic() map[float64]uint64 {
	bounds := make([]time.Duration, len(latencyBounds))
	for i, bound := range latencyBounds {
		bounds[i] = time.Duration(bound * float64(time.Second))
	}
	buckets := make(map[float64]uint64, len(latencyBounds))
	for i, n := range h.AtMost(bounds) {
		buckets[latencyBounds[i]] = uint64(n)
	}
	return buckets
}

// native returns how many durations were 0, and how many are in each bucket: that of index i reaches up to
// 2^(i/2^schema) seconds.
func (h *Histogram) native() (zero uint64, buckets map[int]int64) {
	buckets = make(map[int]int64)
	for _, bar := range h.hdr.Distribution() {
		switch {
		case bar.Count == 0:
		case bar.To == 0:
			zero += uint64(bar.Count)
		default:
			seconds := time.Duration(bar.To).Seconds()
			buckets[int(math.Ceil(math.Log2(seconds)*(1<<nativeSchema)))] += bar.Count
		}
	}
	return zero, buckets
}

// histogramMetric is a histogram in both forms.
type histogramMetric struct{ classic, native prometheus.Metric }

// Desc implements prometheus.Metric.
func (m histogramMetric) Desc() *prometheus.Desc { return m.classic.Desc() }

// Write implements prometheus.Metric.
func (m histogramMetric) Write(out *dto.Metric) error {
	if err := m.native.Write(out); err != nil {
		return err
	}
	var classic dto.Metric
	if err := m.classic.Write(&classic); err != nil {
		return err
	}
	out.Histogram.Bucket = classic.GetHistogram().GetBucket()
	return nil
}
