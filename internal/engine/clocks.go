package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/result"
	"pollpush/pkg/clock"
)

// How clocks are compared.
const (
	clockSlack = 2 * time.Millisecond // by which two anchored clocks of one host may differ

	manyExchanges = 32              // of a comparison before or after the messages; the quickest counts
	fewExchanges  = 3               // of one meanwhile, and of any, however long they take
	clockPatience = time.Second / 2 // after which no more are begun

	// clockInterval is between two comparisons during a trial. It is no simple part of a second, so that
	// they do not always meet the messages, which come at such.
	clockInterval = 970 * time.Millisecond

	// Two crystals run apart by no more than usualDrift of the time, which decides between an old
	// comparison and a new one; and by no more than fastestDrift while one of the clocks is being set
	// right, as Linux bounds it (adjtimex), which decides how wrong an old one may have become.
	usualDrift   = 100e-6
	fastestDrift = 500e-6
)

// CompareClocks returns how far a target's clock is ahead of ours, from the exchange with the smallest
// round trip: its error is the smallest. The offset is zero where both are the same clock.
func CompareClocks(ctx context.Context, target *admin.Client, ours clock.Clock) (o clock.Offset, err error) {
	if o, err = compareClocks(ctx, target, ours, manyExchanges); err != nil || sameClock(o) {
		return clock.Offset{}, err
	}
	return o, nil
}

func compareClocks(ctx context.Context, target *admin.Client, ours clock.Clock, exchanges int) (best clock.Offset, err error) {
	began := ours.Now()
	for n := range exchanges {
		o, err := exchangeReadings(ctx, target, ours)
		if err != nil {
			return best, err
		}
		if n == 0 || o.Error < best.Error {
			best = o
		}
		if n+1 >= fewExchanges && ours.Now().Sub(began) > clockPatience {
			break
		}
	}
	return best, nil
}

// exchangeReadings has the target read its clock between two readings of ours.
func exchangeReadings(ctx context.Context, target *admin.Client, ours clock.Clock) (clock.Offset, error) {
	before := ours.Now()
	theirs, err := target.Clock(ctx)
	after := ours.Now()
	return clock.Compare(before, theirs, after), err
}

// sameClock reports whether an offset is none: the reading lies between two of ours that are so close
// together that another host's clock would be there by a rare chance only.
func sameClock(o clock.Offset) bool {
	return o.Error <= clockSlack && o.Ahead.Abs() <= o.Error+clockSlack
}

// clocks follow how far the target's clock is ahead of ours through a trial. The zero value says that it
// is the same clock. It is safe for concurrent use.
type clocks struct {
	now atomic.Int64 // what ahead returns

	mu          sync.Mutex
	first, used clock.Offset // at the beginning, and now; zero when it is the same clock
	drift       time.Duration
	worst       time.Duration // the largest error so far
}

// ahead returns how far the target's clock is ahead of ours, as far as is known at this moment.
func (c *clocks) ahead() time.Duration { return time.Duration(c.now.Load()) }

// begin takes the comparison at the beginning.
func (c *clocks) begin(o clock.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first = o
	c.use(o)
}

// follow takes one that was made meanwhile, and uses it if its error is not larger than what that of the
// one in use has become, as clocks run apart.
func (c *clocks) follow(o clock.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.Error <= aged(c.used, o.At, usualDrift) {
		c.use(o)
	}
}

// end takes the comparison at the end.
func (c *clocks) end(o clock.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drift = o.Ahead - c.first.Ahead
	c.use(o)
}

// use uses an offset from now on, and finds out how wrong the one before it can have been until now.
func (c *clocks) use(o clock.Offset) {
	if c.used != (clock.Offset{}) {
		c.worst = max(c.worst, outdated(c.used, o))
	}
	c.used, c.worst = o, max(c.worst, o.Error)
	c.now.Store(int64(o.Ahead))
}

// outdated returns by how much an offset may have been off until a later one was found: as much as the
// two allow, for clocks run apart steadily and the truth was always between what it was then and now, or
// as much as clocks can run apart in that time. The latter counts only if the two do not disprove it.
func outdated(o, later clock.Offset) time.Duration {
	apart := (later.Ahead - o.Ahead).Abs()
	seen, allowed := max(o.Error, apart+later.Error), aged(o, later.At, fastestDrift)
	if apart-later.Error > allowed {
		return seen
	}
	return min(seen, allowed)
}

// aged returns what the error of an offset has become when clocks drift by a part of the time.
func aged(o clock.Offset, now clock.Instant, drift float64) time.Duration {
	return o.Error + time.Duration(drift*float64(now.Sub(o.At)))
}

// another reports whether the target's clock is not ours.
func (c *clocks) another() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used != (clock.Offset{})
}

// result returns what the trial's result says about the clocks, nil when they are one.
func (c *clocks) result() *result.Clock {
	if !c.another() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &result.Clock{Offset: c.first.Ahead, Error: c.worst, Drift: c.drift}
}

// followClock compares the clocks now and then until ctx ends. A comparison that fails is left out: who
// watches the target finds out whether it is there.
func (t *trial) followClock(ctx context.Context) {
	for t.until(ctx, t.clock.Now().Add(clockInterval)) == nil {
		if o, err := compareClocks(ctx, t.target.Admin, t.clock, fewExchanges); err == nil {
			t.recorder.clocks.follow(o)
		}
	}
}
