package link

import (
	"math/rand/v2"
	"time"
)

// Bounds of what is on its way in one direction, so that a connection cannot fill the memory.
const (
	windowBytes    = 256 << 10
	maxWindowBytes = 4 << 20
)

// line says when what is sent in one direction arrives. It reads no clock; whoever calls it gives
// times that do not go backwards.
type line struct {
	rate   Rate // 0 for no limit
	delay  time.Duration
	jitter time.Duration
	random *rand.Rand // nil without jitter

	// The bytes that were sent without a pause since busy began. That they are summed keeps what
	// rounding drops below a nanosecond, however many pieces they came in.
	busy  time.Time
	bytes uint64

	free time.Time // when all of them have been sent
	last time.Time // the latest arrival so far
}

// transit returns how long what is sent now takes on its way: the delay, and its share of jitter.
func (l *line) transit() time.Duration {
	if l.random == nil {
		return l.delay
	}
	return l.delay + time.Duration(l.random.Int64N(int64(l.jitter)+1))
}

// carry sends n bytes at now, or when the line is free, and returns when the last of them arrives: a
// transit after it was sent, and never before what was sent earlier.
func (l *line) carry(now time.Time, n int, transit time.Duration) time.Time {
	sent := now
	if l.rate > 0 {
		if now.After(l.free) {
			l.busy, l.bytes = now, 0
		}
		l.bytes += uint64(n)
		l.free = l.busy.Add(l.rate.serialisation(l.bytes))
		sent = l.free
	}
	if arrival := sent.Add(transit); arrival.After(l.last) {
		l.last = arrival
	}
	return l.last
}

// window returns how many bytes may be on their way: as many as keep the line busy while the first
// of them travels, and windowBytes.
func (l *line) window() int {
	travelling := float64(l.rate) / 8 * (l.delay + l.jitter).Seconds()
	return min(windowBytes+int(travelling), maxWindowBytes)
}
