package metrics

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// histogramJSON is all of a histogram. Encode's form alone has no exact sum and no exact extremes.
type histogramJSON struct {
	HDR      string        `json:"hdr,omitempty"`
	Coarse   bool          `json:"coarse,omitempty"`
	Sum      time.Duration `json:"sum_ns"`
	Min      time.Duration `json:"min_ns"`
	Max      time.Duration `json:"max_ns"`
	Negative int64         `json:"negative"`
	Over     int64         `json:"over"`
}

// MarshalJSON implements json.Marshaler. Nothing is lost by it: who merges what comes back has the same as
// who merges the histogram.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	j := histogramJSON{Coarse: h.coarse(), Sum: h.sum, Min: h.min, Max: h.max, Negative: h.negative, Over: h.over}
	if h.count > 0 {
		var err error
		if j.HDR, err = h.Encode(); err != nil {
			return nil, err
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *Histogram) UnmarshalJSON(data []byte) error {
	var j histogramJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	read := NewHistogram()
	if j.Coarse {
		read = NewCoarseHistogram()
	}
	if j.HDR != "" {
		like := read.hdr
		var err error
		if read, err = Decode(j.HDR, j.Min, j.Max, 0); err != nil {
			return err
		}
		if !alike(read.hdr, like) {
			return errors.New("decode histogram: it tells other values apart")
		}
		read.sum, read.negative, read.over = j.Sum, j.Negative, j.Over
	}
	*h = *read
	return nil
}

// coarse reports whether it is one of two significant digits.
func (h *Histogram) coarse() bool { return h.hdr.SignificantFigures() != digits }

// alike reports whether two histograms tell the same values apart.
func alike(a, b *hdrhistogram.Histogram) bool {
	return a.LowestTrackableValue() == b.LowestTrackableValue() && a.HighestTrackableValue() == b.HighestTrackableValue() &&
		a.SignificantFigures() == b.SignificantFigures()
}
