package engine

import (
	"runtime"
	"time"

	"pollpush/internal/result"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// report makes the trial's result. cause is why it was cut short, nil when it was not.
func (t *trial) report(cause error) (*result.Trial, error) {
	counted := t.recorder.sum()
	due := t.due()
	r := &result.Trial{
		Transport: t.name,
		Trial:     t.number,
		Complete:  t.complete,
		Clients:   t.clients(t.groups),
		Connect:   t.connected,
		Messages:  t.messages(&counted, due, t.groups),
		Wire:      t.wire(&counted),
		Generator: t.generator,
		Clock:     t.recorder.clocks.result(),
	}
	if t.measured {
		r.Server.Process = t.atStart.between(t.atEnd)
	}
	r.Wire.Setup.Packets, r.Wire.Steady.Packets, r.Wire.Total.Packets = t.packets.setup(), t.packets.steady(), t.packets.total()
	r.Server.Books.Difference = t.books(r.Wire.Total.Ledger)
	r.Verdict = t.judge(r, &counted, cause)
	t.verdict = r.Verdict.State
	for _, d := range []struct {
		to   *result.Distribution
		from *metrics.Histogram
	}{
		{&r.Latency, counted.latency},
		{&r.PublishLag, t.publishLag()},
		{&r.PollLag, counted.pollLag},
		{&r.GeneratorLag, t.generatorLag()},
	} {
		var err error
		if *d.to, err = result.Summarize(d.from); err != nil {
			return r, err
		}
	}
	var err error
	if r.Groups, err = t.parts(due); err != nil {
		return r, err
	}
	r.Timeline = t.timeline()
	return r, cause
}

// wire returns the ledgers of what was counted. Packets are of the whole trial.
func (t *trial) wire(counted *tally) result.Wire {
	return result.Wire{
		Window: t.length(),
		Setup:  result.Cost{Ledger: counted.ledgers[setup]},
		Steady: result.Cost{Ledger: counted.ledgers[steady]},
		Other:  result.Cost{Ledger: counted.ledgers[other]},
		Total:  result.Cost{Ledger: counted.total()},
	}
}

// length is how long the window was: as long as asked for, unless the trial was cut short in it.
func (t *trial) length() time.Duration {
	if t.cut == 0 {
		return t.scenario.Duration
	}
	return min(max(t.cut.Sub(t.recorder.window.Load().start), 0), t.scenario.Duration)
}

// books compares our ledger with the target's own count of its socket bytes. There is no balance
// when a connection was not closed in order: bytes on its way belong to nobody.
func (t *trial) books(total wire.Ledger) *int64 {
	if !t.complete || t.totals.Cut.Load() > 0 {
		return nil
	}
	up := total.Up.Socket() - (t.after.bytesUp - t.before.bytesUp)
	down := total.Down.Socket() - (t.after.bytesDown - t.before.bytesDown)
	difference := max(up, -up) + max(down, -down)
	return &difference
}

// unbooked returns by how many bytes the ledger's layers differ from what our own meters counted.
func (t *trial) unbooked(total wire.Ledger) int64 {
	up := t.totals.Written.Load() - total.Up.Socket()
	down := t.totals.Read.Load() - total.Down.Socket()
	return max(up, -up) + max(down, -down)
}

// publishLag returns how late the window's messages were published.
func (t *trial) publishLag() *metrics.Histogram {
	h := metrics.NewHistogram()
	w := t.recorder.window.Load()
	for _, r := range t.published.Records {
		if w.containsDue(r.Due) {
			h.Record(r.Published.Sub(r.Due))
		}
	}
	return h
}

// generatorLag returns how late the generator was through the window.
func (t *trial) generatorLag() *metrics.Histogram {
	if t.beats == nil {
		return metrics.NewHistogram()
	}
	return t.beats
}

func goroutines() int64 { return int64(runtime.NumGoroutine()) }
