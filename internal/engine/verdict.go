package engine

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"pollpush/internal/result"
	"pollpush/pkg/metrics"
)

// judge says what the trial's figures are worth, and why.
func (f *findings) judge(r *result.Trial, cause error) result.Verdict {
	v := verdict{State: result.Valid, Reasons: []string{}}
	if cause != nil {
		v.invalid("cut short: %v", cause)
	}
	for _, reason := range f.leftOut {
		v.invalid("%s", reason)
	}
	f.judgeDelivery(&v, r)
	judgeClock(&v, r.Clock, f.sum.Tally.latency, f.limits.ClockError)
	f.judgeBooks(&v, r)
	f.judgePunctuality(&v)
	return result.Verdict(v)
}

func (f *findings) judgeDelivery(v *verdict, r *result.Trial) {
	if missing := f.sum.Asked - f.sum.Ready; missing > 0 {
		v.invalid("%d of %d clients did not connect: %s", missing, f.sum.Asked, f.why())
	}
	if n := f.sum.Broken; n > 0 && r.Complete {
		v.invalid("%d clients lost their connection: %s", n, f.why())
	}
	if r.Complete && *r.Messages.Published < int64(f.limits.Messages) {
		v.suspect("so few messages fell due in the window (%d) that one bad moment decides: make --duration longer or --rate higher", *r.Messages.Published)
	}
	if lost := r.Messages.Lost; lost != nil {
		if *lost > 0 {
			v.invalid("%d of %d messages were lost; the target told readers of %d missed", *lost, *r.Messages.Expected, f.sum.Tally.missed)
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
	if n := r.Wire.Total.RequestsFailed; n > 0 && r.Complete && f.sum.Ready == f.sum.Asked {
		v.invalid("%d requests failed: %s", n, f.why())
	}
	if n := f.sum.Tally.latency.Over(); n > 0 {
		v.suspect("%d latencies are longer than an hour, the top of the scale", n)
	}
}

// why is why a client did not connect, or failed.
func (f *findings) why() string {
	if f.sum.Failure == "" {
		return "they had no answer in time"
	}
	return f.sum.Failure
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

func (f *findings) judgeBooks(v *verdict, r *result.Trial) {
	if !r.Complete {
		return // it has no balance, and that is said already
	}
	if n := f.sum.unbooked(); n > 0 {
		v.invalid("the layers differ from the sockets' bytes by %d", n)
	}
	if n := f.sum.Cut; n > 0 {
		v.suspect("%d connections were not closed in order, so the books cannot balance", n)
	}
	if opened := f.sum.Opened; opened != r.Wire.Total.Connections {
		v.invalid("%d connections were opened, %d are in the ledger", opened, r.Wire.Total.Connections)
	}
	for i := range f.servers {
		if f.servers[i].whole {
			f.servers[i].judge(v)
		}
	}
}

// unbooked returns by how many bytes the ledger's layers differ from what our own meters counted.
func (a *Account) unbooked() int64 {
	total := a.Tally.total()
	up, down := a.Written-total.Up.Socket(), a.Read-total.Down.Socket()
	return max(up, -up) + max(down, -down)
}

// judge compares the books of a target and of its clients.
func (s *served) judge(v *verdict) {
	if d := s.difference(); d != nil && *d != 0 {
		v.invalid("the books of %s and generator differ by %d bytes", strings.TrimPrefix(s.name, "the "), *d)
	}
	total := s.clients.Tally.total()
	for _, c := range []struct {
		what         string
		ours, theirs int64
	}{
		{"connections", total.Connections, s.used.connections},
		{"full TLS handshakes", total.TLSFull, s.used.tlsFull},
		{"resumed TLS handshakes", total.TLSResumed, s.used.tlsResumed},
		{"WebSocket upgrades", total.Upgrades, s.used.upgrades},
	} {
		if c.ours != c.theirs {
			v.invalid("the generator counts %d %s, %s %d", c.ours, c.what, s.name, c.theirs)
		}
	}
	answered, given := total.Requests-total.RequestsFailed, total.RequestsGivenUp
	if theirs := s.used.requests; theirs < answered || theirs > answered+given {
		v.invalid("the generator counts %d answered requests and %d given up, %s answered %d", answered, given, s.name, theirs)
	}
	if n := s.used.slowReaders; n > 0 {
		v.invalid("%s closed %d connections because their reader did not drain", s.name, n)
	}
}

func (f *findings) judgePunctuality(v *verdict) {
	limits := f.limits
	for _, g := range f.generators {
		lag := g.pollLag.Percentile(99)
		share := float64(lag) / float64(f.scenario.PollInterval)
		exceeds(v, share, limits.PollLag, "1 in 100 polls left %s late or more: %s was too slow", milliseconds(lag), g.name)
		lag = g.lag.Percentile(99)
		exceeds(v, lag, limits.GeneratorLag, "1 in 100 times %s was %s late or more: it was stopped, or starved of processor time", g.name, milliseconds(lag))
	}
	busy := f.sum.Process.CPU().Seconds() / (f.scenario.Duration.Seconds() * float64(runtime.GOMAXPROCS(0)))
	exceeds(v, busy, limits.GeneratorCPU, "the generator used %.0f %% of all processors: it may have been too slow", 100*busy)
	behind := f.backlog()
	exceeds(v, behind, limits.Backlog, "%.0f %% of the messages had not arrived by the end of the window, and were late by then: more comes than target and generator can carry, and latencies are as long as the window", 100*behind)
	for _, s := range f.servers {
		lag := s.publishLag.Percentile(99)
		exceeds(v, lag, limits.PublishLag, "1 in 100 messages was published %s late or more: %s's publisher was too slow", milliseconds(lag), s.name)
	}
	if interval := f.scenario.PollInterval; shortPolls(f.groups) && f.scenario.Duration < 2*interval {
		v.suspect("the window is shorter than two poll intervals of %s: make --duration longer", interval)
	}
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
