package metrics

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What a Histogram can tell apart: three significant digits up to an hour. What is longer is
// counted at the top, and its exact maximum is kept.
const (
	lowest  = 1
	highest = int64(time.Hour)
	digits  = 3
)

// Histogram records durations. Percentiles are precise to three digits, or two in a coarse one; count, minimum, maximum and
// mean are exact. It is not safe for concurrent use: give each worker one, and merge them.
type Histogram struct {
	hdr      *hdrhistogram.Histogram
	count    int64
	sum      time.Duration
	min, max time.Duration
	negative int64
	over     int64
}

// NewHistogram returns an empty histogram, which takes about 270 KB.
func NewHistogram() *Histogram {
	return &Histogram{hdr: hdrhistogram.New(lowest, highest, digits)}
}

// NewCoarseHistogram returns an empty histogram of two significant digits, and of half a microsecond at best: it
// takes about 26 KB. It merges with its like alone.
func NewCoarseHistogram() *Histogram {
	const lowest, digits = int64(time.Microsecond), 2
	return &Histogram{hdr: hdrhistogram.New(lowest, highest, digits)}
}

// Record adds one duration. A negative one is a defect of the clocks: it is kept in the minimum and
// the mean as it is, and counted by Negative.
func (h *Histogram) Record(d time.Duration) {
	if h.count == 0 {
		h.min, h.max = d, d
	}
	h.min, h.max = min(h.min, d), max(h.max, d)
	h.count++
	h.sum += d
	if d < 0 {
		h.negative++
	}
	if int64(d) > highest {
		h.over++
	}
	_ = h.hdr.RecordValue(min(max(int64(d), 0), highest)) // in range, so it cannot fail
}

// Merge adds what o recorded. Nothing is lost by it.
func (h *Histogram) Merge(o *Histogram) {
	if o.count == 0 {
		return
	}
	if h.count == 0 {
		h.min, h.max = o.min, o.max
	}
	h.min, h.max = min(h.min, o.min), max(h.max, o.max)
	h.count += o.count
	h.sum += o.sum
	h.negative += o.negative
	h.over += o.over
	h.hdr.Merge(o.hdr)
}

// Count returns how many durations were recorded.
func (h *Histogram) Count() int64 { return h.count }

// Sum returns their sum.
func (h *Histogram) Sum() time.Duration { return h.sum }

// Min and Max return the extremes, 0 when nothing was recorded.
func (h *Histogram) Min() time.Duration { return h.min }

// Max returns the longest duration, exactly.
func (h *Histogram) Max() time.Duration { return h.max }

// Negative returns how many of the durations were negative.
func (h *Histogram) Negative() int64 { return h.negative }

// Over returns how many were longer than an hour, the top of the scale.
func (h *Histogram) Over() int64 { return h.over }

// Mean returns the exact mean, 0 when nothing was recorded.
func (h *Histogram) Mean() time.Duration {
	if h.count == 0 {
		return 0
	}
	return h.sum / time.Duration(h.count)
}

// Percentile returns the duration that p percent of the recorded ones do not exceed, p from 0 to
// 100. It never lies outside the exact extremes.
func (h *Histogram) Percentile(p float64) time.Duration {
	if h.count == 0 {
		return 0
	}
	v := time.Duration(h.hdr.ValueAtPercentile(p))
	return min(max(v, h.min), h.max)
}

// AtMost returns for each bound, which ascend, how many durations did not exceed it: what the
// buckets of a Prometheus histogram hold. It is as precise as the histogram tells values apart.
func (h *Histogram) AtMost(bounds []time.Duration) []int64 {
	counts := make([]int64, len(bounds))
	var below int64
	i := 0
	for _, bar := range h.hdr.Distribution() {
		for i < len(bounds) && bar.To > int64(bounds[i]) {
			counts[i] = below
			i++
		}
		below += bar.Count
	}
	for ; i < len(bounds); i++ {
		counts[i] = below
	}
	return counts
}

// Encode returns the histogram in HdrHistogram's V2 form, compressed, in base64. Negative durations
// stand in it as 0 and those beyond the top as an hour.
func (h *Histogram) Encode() (string, error) {
	b, err := h.hdr.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "", fmt.Errorf("encode histogram: %w", err)
	}
	return string(b), nil
}

// Decode reads what Encode wrote. The form has no exact extremes and no mean, so the caller gives
// them as it stored them.
func Decode(encoded string, minimum, maximum, mean time.Duration) (*Histogram, error) {
	hdr, err := hdrhistogram.Decode([]byte(encoded))
	if err != nil {
		return nil, fmt.Errorf("decode histogram: %w", err)
	}
	count := hdr.TotalCount()
	return &Histogram{
		hdr: hdr, count: count, sum: mean * time.Duration(count), min: minimum, max: maximum,
	}, nil
}
