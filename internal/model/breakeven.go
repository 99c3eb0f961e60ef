package model

import (
	"math"
	"time"

	"pollpush/internal/scenario"
)

// Measure is what is compared when polling and pushing are. It is a cost a second, for one client.
type Measure func(Prediction) float64

// Requests are polls. A push makes none, so only long polling ever breaks even with short polling.
func Requests(p Prediction) float64 { return p.Requests }

// Overhead is the bytes on the socket that are not the messages' own.
func Overhead(p Prediction) float64 { return p.Socket() - p.Down.Payload }

// IPBytes are those with TCP and IP headers, acknowledgements included.
func IPBytes(p Prediction) float64 { return p.Up.IPBytes + p.Down.IPBytes }

// CPU is the server's processor time.
func CPU(p Prediction) float64 { return p.CPU }

// Bounds of what is searched for a break-even.
const (
	leastInterval, mostInterval = time.Millisecond, 24 * time.Hour
	leastRate, mostRate         = 1e-6, 1e6
)

// BreakEvenInterval returns the poll interval from which on short polling is the cheaper one, at in's
// rate; other is what it is compared with. Polls get cheaper with the interval in every measure, but
// for the rounding up to whole segments, so there is one at most. It is false where polls are no dearer
// at a millisecond, or still are at a day.
func BreakEvenInterval(in Input, other scenario.Transport, cost Measure) (time.Duration, bool) {
	in.Transport = other
	rival := cost(Predict(in))
	in.Transport = scenario.ShortPoll
	x, ok := crossing(float64(leastInterval), float64(mostInterval), func(x float64) float64 {
		in.Interval = time.Duration(x)
		return cost(Predict(in)) - rival
	})
	return round(x), ok
}

// BreakEvenRate returns the rate of messages from which on short polling is the cheaper one, at in's
// interval: one answer then carries so many that it is cheaper than a push, or a long poll, for each.
// Against a push, what polls cost more is concave in the rate and positive at first, so there is one at
// most. It is false where there is none from 1e-6 to 1e6.
func BreakEvenRate(in Input, other scenario.Transport, cost Measure) (float64, bool) {
	return crossing(leastRate, mostRate, func(rate float64) float64 {
		in.Rate, in.Transport = rate, other
		rival := cost(Predict(in))
		in.Transport = scenario.ShortPoll
		return cost(Predict(in)) - rival
	})
}

// crossing returns where f, positive at lo and not at hi, first is not, by bisection on a logarithmic
// scale.
func crossing(lo, hi float64, f func(float64) float64) (float64, bool) {
	if !(f(lo) > 0) || f(hi) > 0 {
		return 0, false
	}
	for range 100 {
		if middle := math.Sqrt(lo * hi); f(middle) > 0 {
			lo = middle
		} else {
			hi = middle
		}
	}
	return hi, true
}

// Depth is how far down the wire costs are counted.
type Depth int

// The depths.
const (
	Heads   Depth = iota // HTTP heads against frame headers
	Packets              // and 52 bytes for each segment: three of a poll, two of a push
	Records              // and 22 bytes for each TLS record: two of a poll, one of a push
)

// MessagesPerPoll returns above how many messages to a poll (λT) polling takes fewer bytes than a push,
// where a poll's heads and a push's frame header have so many. It is the quotient of what they cost.
//
// That is the back of an envelope. It leaves out what is around the messages of an answer (a comma for
// each, against a frame header of 2 bytes, doubles the quotient of the heads), that empty answers are
// shorter, and pings. BreakEvenInterval leaves none of it out.
func MessagesPerPoll(heads, frame float64, depth Depth) float64 {
	poll, push := heads, frame
	if depth >= Packets {
		poll, push = poll+3*segmentBytes, push+2*segmentBytes
	}
	if depth >= Records {
		poll, push = poll+2*recordBytes, push+recordBytes
	}
	return poll / push
}
