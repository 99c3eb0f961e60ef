package engine

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// judge says what the trial's figures are worth, and why.
func (t *trial) judge(r *result.Trial, sum *tally, cause error) result.Verdict {
	v := verdict{State: result.Valid, Reasons: []string{}}
	if cause != nil {
		v.invalid("cut short: %v", cause)
	}
	t.judgeDelivery(&v, r, sum)
	judgeClock(&v, r.Clock, sum.latency, t.engine.Limits.ClockError)
	t.judgeBooks(&v, r)
	t.judgePunctuality(&v, sum)
	return result.Verdict(v)
}

func (t *trial) judgeDelivery(v *verdict, r *result.Trial, sum *tally) {
	if missing := r.Clients.Asked - r.Clients.Connected; missing > 0 {
		v.invalid("%d of %d clients did not connect: %v", missing, r.Clients.Asked, t.crowd.failure())
	}
	if n := t.crowd.broken(); n > 0 && r.Complete {
		v.invalid("%d clients lost their connection: %v", n, t.crowd.failure())
	}
	if r.Complete && *r.Messages.Published < int64(t.engine.Limits.Messages) {
		v.suspect("so few messages fell due in the window (%d) that one bad moment decides: make --duration longer or --rate higher", *r.Messages.Published)
	}
	if lost := r.Messages.Lost; lost != nil {
		if *lost > 0 {
			v.invalid("%d of %d messages were lost; the target told readers of %d missed", *lost, *r.Messages.Expected, sum.missed)
		}
		if r.Messages.Delivered+*lost != *r.Messages.Expected {
			v.invalid("%d delivered and %d lost do not make %d expected", r.Messages.Delivered, *lost, *r.Messages.Expected)
		}
	}
	if n := r.Messages.Duplicated; n > 0 {
		v.invalid("%d messages came twice", n)
	}
	if n := r.Messages.Reordered; n > 0 {
		v.invalid("%d messages came out of order", n)
	}
	if n := r.Wire.Total.RequestsFailed; n > 0 && r.Complete && r.Clients.Connected == r.Clients.Asked {
		v.invalid("%d requests failed: %v", n, t.crowd.failure())
	}
	if n := sum.latency.Over(); n > 0 {
		v.suspect("%d latencies are longer than an hour, the top of the scale", n)
	}
}

// judgeClock says whether latencies between two clocks mean anything, whose error may be a share of the
// median. c is nil where there is one clock, which has no error.
func judgeClock(v *verdict, c *result.Clock, latency *metrics.Histogram, share float64) {
	if c == nil {
		c = &result.Clock{}
	}
	switch n := latency.Negative(); {
	case n > 0 && -latency.Min() > c.Error:
		v.invalid("%d latencies are negative: the clocks of target and generator disagree", n)
	case n > 0:
		v.suspect("%d latencies are negative, by no more than the clocks of target and generator may be off: they are compared to within %s", n, c.Error)
	}
	if median := latency.Percentile(50); latency.Count() > 0 && float64(c.Error) > share*float64(median) {
		v.suspect("the clocks of target and generator are compared to within %s, which is much beside a median latency of %s: a shorter way between the two tells more",
			c.Error, median.Round(time.Microsecond))
	}
}

func (t *trial) judgeBooks(v *verdict, r *result.Trial) {
	if !r.Complete {
		return // it has no balance, and that is said already
	}
	if n := t.unbooked(r.Wire.Total.Ledger); n > 0 {
		v.invalid("the layers differ from the sockets' bytes by %d", n)
	}
	switch d := r.Server.Books.Difference; {
	case d == nil:
		v.suspect("%d connections were not closed in order, so the books cannot balance", t.totals.Cut.Load())
	case *d != 0:
		v.invalid("the books of target and generator differ by %d bytes", *d)
	}
	if opened := t.totals.Opened.Load(); opened != r.Wire.Total.Connections {
		v.invalid("%d connections were opened, %d are in the ledger", opened, r.Wire.Total.Connections)
	}
	for _, c := range []struct {
		what         string
		ours, theirs int64
	}{
		{"connections", r.Wire.Total.Connections, t.after.connections - t.before.connections},
		{"full TLS handshakes", r.Wire.Total.TLSFull, t.after.tlsFull - t.before.tlsFull},
		{"resumed TLS handshakes", r.Wire.Total.TLSResumed, t.after.tlsResumed - t.before.tlsResumed},
		{"WebSocket upgrades", r.Wire.Total.Upgrades, t.after.upgrades - t.before.upgrades},
	} {
		if c.ours != c.theirs {
			v.invalid("the generator counts %d %s, the target %d", c.ours, c.what, c.theirs)
		}
	}
	answered, given := r.Wire.Total.Requests-r.Wire.Total.RequestsFailed, r.Wire.Total.RequestsGivenUp
	if theirs := t.after.requests - t.before.requests; theirs < answered || theirs > answered+given {
		v.invalid("the generator counts %d answered requests and %d given up, the target answered %d", answered, given, theirs)
	}
	if n := t.after.slowReaders - t.before.slowReaders; n > 0 {
		v.invalid("the target closed %d connections because their reader did not drain", n)
	}
}

func (t *trial) judgePunctuality(v *verdict, sum *tally) {
	limits := t.engine.Limits
	pollLag, share := sum.pollLag.Percentile(99), pollShare(sum, t.scenario.PollInterval)
	exceeds(v, share, limits.PollLag, "1 in 100 polls left %s late or more: the generator was too slow", milliseconds(pollLag))
	lag := t.generatorLag().Percentile(99)
	exceeds(v, lag, limits.GeneratorLag, "1 in 100 times the generator was %s late or more: it was stopped, or starved of processor time", milliseconds(lag))
	busy := t.generator.CPU().Seconds() / (t.scenario.Duration.Seconds() * float64(runtime.GOMAXPROCS(0)))
	exceeds(v, busy, limits.GeneratorCPU, "the generator used %.0f %% of all processors: it may have been too slow", 100*busy)
	lag = t.publishLag().Percentile(99)
	exceeds(v, lag, limits.PublishLag, "1 in 100 messages was published %s late or more: the target's publisher was too slow", milliseconds(lag))
	if interval := t.scenario.PollInterval; t.shortPolls() && t.scenario.Duration < 2*interval {
		v.suspect("the window is shorter than two poll intervals of %s: make --duration longer", interval)
	}
}

// shortPolls reports whether any client does.
func (t *trial) shortPolls() bool {
	return slices.ContainsFunc(t.groups, func(g *group) bool { return g.transport == scenario.ShortPoll })
}

// pollShare is by which part of the interval the 99th percentile of polls left late.
func pollShare(sum *tally, interval time.Duration) float64 {
	return float64(sum.pollLag.Percentile(99)) / float64(interval)
}

// exceeds judges a value by its level.
func exceeds[T float64 | time.Duration](v *verdict, value T, level result.Level[T], format string, args ...any) {
	switch {
	case value > level.Invalid:
		v.invalid(format, args...)
	case value > level.Suspect:
		v.suspect(format, args...)
	}
}

func milliseconds(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// verdict is a result's verdict in the making: it only ever gets worse.
type verdict result.Verdict

func (v *verdict) suspect(format string, args ...any) {
	if v.State == result.Valid {
		v.State = result.Suspect
	}
	v.add(result.Suspect, fmt.Sprintf(format, args...))
}

func (v *verdict) invalid(format string, args ...any) {
	v.State = result.Invalid
	v.add(result.Invalid, fmt.Sprintf(format, args...))
}

func (v *verdict) add(level result.State, reason string) {
	v.Reasons, v.Levels = append(v.Reasons, reason), append(v.Levels, level)
}
