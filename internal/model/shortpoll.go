package model

import (
	"math"
	"time"

	"pollpush/internal/scenario"
)

// period returns T', from one reading of the log to the next. At a fixed rate that is T, unless a poll
// takes longer: then the next leaves right after it. With a fixed delay the poll's own time comes on
// top.
func (in Input) period() time.Duration {
	poll := in.connect() + in.Link.RoundTrip() + in.Parse + in.Answer + in.Turnaround
	if in.Pacing == scenario.FixedDelay {
		return in.Interval + poll
	}
	return max(in.Interval, poll)
}

// shortPoll: the log is read every T', at a phase that is evenly distributed over clients (or drifts
// over it), so a message waits evenly over 0 to T' for the next reading, and then s + d. What precedes
// the reading (h, d, p) shifts the phase and is no latency: that is why at a fixed rate a fresh
// connection for each poll delays no message, until the polls themselves come less often for it.
//
// One client alone is another matter: where T' is a multiple of P, its own phase never moves.
func shortPoll(in Input) Prediction {
	period := in.period()
	n := in.Rate * period.Seconds() // messages to a poll
	p := Prediction{
		Latency:  Law{Base: in.base(), Waits: 1, Span: period},
		Requests: 1 / period.Seconds(),
	}
	if in.spaced() {
		p.Empty, p.Batch = max(0, 1-n), max(1, n)
		return p
	}
	p.Empty, p.Batch = math.Exp(-n), ratio(n, -math.Expm1(-n))
	return p
}

// ratio returns a / b for numbers that become alike where they become small; so 1 where both are 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 1
	}
	return a / b
}
