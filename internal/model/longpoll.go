package model

import "math"

// longPoll: see poissonLongPoll and spacedLongPoll. In both, a cycle begins when the log is read for an
// answer. For G nobody asks, and messages wait; then a poll is there, and finds them, or is held for the
// next one or until the hold ends.
func longPoll(in Input) Prediction {
	if in.spaced() {
		return spacedLongPoll(in)
	}
	return poissonLongPoll(in)
}

// poissonLongPoll: with a = λG, the gap is quiet with probability e^-a, and the poll is then held for
// min(X, H), X exponential, on average (1 - e^-λH) / λ. A cycle is one request, so
//
//	r = 1 / (G + e^-a (1 - e^-λH) / λ)
//
// and brings λ/r = a + e^-a (1 - e^-λH) messages, a of which came in the gap. Those are the share
// q = a / (λ/r) = rG that waits, evenly over 0 to G.
func poissonLongPoll(in Input) Prediction {
	gap, hold := in.gap().Seconds(), in.hold()
	a := in.Rate * gap
	quiet := math.Exp(-a)
	r := 1 / (gap + quiet*meanHold(in.Rate, hold))
	p := Prediction{
		Latency:  Law{Base: in.base(), Waits: min(1, r*gap), Span: in.gap()},
		Requests: r,
		Held:     quiet,
	}
	found := 1.0 // probability that a hold brings a message
	if in.Hold > 0 {
		found = -math.Expm1(-in.Rate * hold)
		p.Empty = math.Exp(-a - in.Rate*hold)
	}
	p.Batch = ratio(a+quiet*found, -math.Expm1(-a)+quiet*found)
	return p
}

// hold returns H in seconds, infinite if it never ends.
func (in Input) hold() float64 {
	if in.Hold == 0 {
		return math.Inf(1)
	}
	return in.Hold.Seconds()
}

// meanHold returns the mean of min(X, H), X exponential with the given rate; H itself for a rate of 0.
func meanHold(rate, hold float64) float64 {
	if rate == 0 {
		return hold
	}
	return -math.Expm1(-rate*hold) / rate
}
