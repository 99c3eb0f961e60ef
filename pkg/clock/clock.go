// Package clock reads the one time line that every process on a host shares.
//
// Latency is measured from an instant in the target's process to an instant in the generator's,
// so both must stand on the same clock. A wall clock can step; CLOCK_MONOTONIC cannot, and it is
// the same for all processes on a host.
package clock

import "time"

// Instant is a point on the host's monotonic time line, in nanoseconds since an origin (usually
// the boot) that only this host knows. Zero means "no reading".
type Instant int64

// Add returns the instant d after i.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub returns the time from j to i, negative when i came first.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i - j) }

// Clock reads the time line. It is a value, safe for concurrent use; copy it freely.
// The zero value is not usable: call New.
type Clock struct {
	base  Instant
	start time.Time
}

// New anchors a clock to the host's monotonic clock. Later readings are the anchor plus
// time.Since, which costs no system call and follows virtual time in a synctest bubble. Two clocks
// agree only as far as virtual and real time do: a bubble shares one.
func New() Clock {
	best := anchor()
	for range 4 {
		if c := anchor(); c.spread < best.spread {
			best = c
		}
	}
	return best.Clock
}

// Shifted returns a clock that reads d more than c: one of another time line, as in another time
// namespace or on another host.
func (c Clock) Shifted(d time.Duration) Clock {
	c.base = c.base.Add(d)
	return c
}

// IsZero reports whether the clock is the zero value, which cannot be read.
func (c Clock) IsZero() bool { return c.start.IsZero() }

// Now reads the clock.
func (c Clock) Now() Instant { return c.base.Add(time.Since(c.start)) }

// Until returns how long it is until i, negative when i has passed.
func (c Clock) Until(i Instant) time.Duration { return i.Sub(c.Now()) }

// anchored is a clock and the time its anchoring took, which bounds the anchor's error.
type anchored struct {
	Clock
	spread time.Duration
}

func anchor() anchored {
	before := time.Now()
	base := monotonic()
	after := time.Now()
	spread := after.Sub(before)
	return anchored{Clock{base: base, start: before.Add(spread / 2)}, spread}
}
