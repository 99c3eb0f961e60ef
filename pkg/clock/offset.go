package clock

import "time"

// Offset is how far another clock is ahead of ours, as one exchange with whoever reads it shows.
type Offset struct {
	// At is the middle of the exchange, on our clock.
	At Instant
	// Ahead is negative when the other clock is behind.
	Ahead time.Duration
	// Error is by how much Ahead may be off: half the round trip, however it is shared between the way
	// there and the way back.
	Error time.Duration
}

// Compare returns the offset of a clock that read theirs between two readings of ours. It takes the
// reading for one of the middle, as RFC 5905 section 8 does.
func Compare(before, theirs, after Instant) Offset {
	trip := after.Sub(before)
	middle := before.Add(trip / 2)
	return Offset{At: middle, Ahead: theirs.Sub(middle), Error: trip - trip/2}
}
