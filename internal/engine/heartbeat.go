package engine

import (
	"context"
	"sync/atomic"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
)

// beat is how often the generator looks whether it is on time. To wake an idle process takes a tenth of a millisecond of
// processor time on a virtual machine: every 5 ms that was half of what a message cost. A share of the time in which it was late
// shows in the percentiles however long the beat is, and one stop of a hundredth of a window of ten seconds is two beats.
const beat = 50 * time.Millisecond

// heartbeat measures how late this process does what it means to do at a given time: a generator
// that is stopped, starved or busy receives late, and would blame the transport for it. It wakes
// every beat through the window, and records for each beat, missed ones included, how long after
// it the process was awake. worst is raised to the longest, for whoever looks on meanwhile.
func heartbeat(ctx context.Context, clk clock.Clock, w window, worst *atomic.Int64) *metrics.Histogram {
	lag := metrics.NewHistogram()
	timer := time.NewTimer(clk.Until(w.start))
	defer timer.Stop()
	next := w.start
	for next < w.end {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return lag
		}
		now := clk.Now()
		worst.Store(max(worst.Load(), int64(now.Sub(next))))
		for ; next <= now && next < w.end; next = next.Add(beat) {
			lag.Record(now.Sub(next))
		}
		timer.Reset(clk.Until(next))
	}
	return lag
}
