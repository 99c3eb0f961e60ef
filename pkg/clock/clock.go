// Package clock reads the one time line that every process on a host shares.
//
// Latency is measured from an instant in the target's process to an instant in the generator's,
// so both must stand on the same clock. A wall clock can step; CLOCK_MONOTONIC cannot, and it is
// the same for all processes on a host.
package clock

import (
	"math"
	"time"
)

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
	fast  float64 // by which part of the time it runs fast
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

// Drifting returns a clock that reads what c does now, and from now on runs fast by a part of the time,
// such as 100e-6: one whose crystal is another.
func (c Clock) Drifting(fast float64) Clock {
	return Clock{base: c.Now(), start: time.Now(), fast: fast}
}

// IsZero reports whether the clock is the zero value, which cannot be read.
func (c Clock) IsZero() bool { return c.start.IsZero() }

// Now reads the clock.
func (c Clock) Now() Instant {
	elapsed := time.Since(c.start)
	if c.fast != 0 {
		elapsed += time.Duration(c.fast * float64(elapsed))
	}
	return c.base.Add(elapsed)
}

// Until returns how long it is until i, negative when i has passed, for a timer of this process.
func (c Clock) Until(i Instant) time.Duration {
	wait := i.Sub(c.Now())
	if c.fast != 0 {
		wait = time.Duration(math.Ceil(float64(wait) / (1 + c.fast)))
	}
	return wait
}

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
	return anchored{Clock: Clock{base: base, start: before.Add(spread / 2)}, spread: spread}
}
