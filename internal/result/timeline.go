package result

import "time"

// How a window is cut into slices.
const (
	maxSlices  = 60
	shortSlice = 250 * time.Millisecond
)

// Slice is what was delivered of the messages that fell due in one of the equal parts of a window. Its
// percentiles are precise to two digits.
type Slice struct {
	Start     time.Duration `json:"start_ns"`  // when it begins, from the window's start
	Clients   int           `json:"clients"`   // how many were planned to be there in its middle
	Delivered int64         `json:"delivered"` // messages that arrived, those that a client joined too late for included
	Mean      time.Duration `json:"mean_ns"`   // the mean latency of these
	P50       time.Duration `json:"p50_ns"`    // their median
	P99       time.Duration `json:"p99_ns"`    // their 99th percentile
	Max       time.Duration `json:"max_ns"`    // the greatest
}

// Slices returns into how many slices a window of that length is cut: at most 60, and none shorter than 250 ms
// unless the window is.
func Slices(window time.Duration) int {
	return int(min(max(window/shortSlice, 1), maxSlices))
}
