package model

import (
	"math"
	"time"
)

// Law is how latencies are distributed. Every message takes Base. A share of them, Waits, waits
// besides: evenly over 0 to Span where Steps is 0, else for 1, 2 ... Steps parts of Span / Steps, each
// as likely as the others. All the transports' laws are of this form.
type Law struct {
	Base  time.Duration
	Waits float64
	Span  time.Duration
	Steps int
}

// Mean returns the mean latency.
func (l Law) Mean() time.Duration {
	mean := l.Waits * float64(l.Span) / 2
	if l.Steps > 0 {
		mean *= 1 + 1/float64(l.Steps)
	}
	return l.Base + round(mean)
}

// Max returns the latency that none exceeds.
func (l Law) Max() time.Duration {
	if l.Waits == 0 {
		return l.Base
	}
	return l.Base + l.Span
}

// Quantile returns the least latency that a share p of the messages, from 0 to 1, does not exceed.
func (l Law) Quantile(p float64) time.Duration {
	waiting := p - (1 - l.Waits)
	if waiting <= 0 {
		return l.Base
	}
	part := min(waiting/l.Waits, 1)
	if l.Steps > 0 {
		const rounding = 1e-9 // a step is not to be missed by the last bit
		n := float64(l.Steps)
		part = math.Ceil(part*n-rounding) / n
	}
	return l.Base + round(part*float64(l.Span))
}

// CDF returns the share of the messages whose latency is at most x.
func (l Law) CDF(x time.Duration) float64 {
	switch {
	case x < l.Base:
		return 0
	case x >= l.Max():
		return 1
	}
	part := float64(x-l.Base) / float64(l.Span)
	if l.Steps > 0 {
		n := float64(l.Steps)
		part = math.Floor(part*n) / n
	}
	return 1 - l.Waits + l.Waits*part
}

func round(ns float64) time.Duration { return time.Duration(math.Round(ns)) }
