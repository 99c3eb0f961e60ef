package engine

import (
	"runtime"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/result"
	"pollpush/pkg/metrics"
)

// report makes a trial's result. cause is why it was cut short, nil when it was not.
func (f *findings) report(cause error) (*result.Trial, error) {
	counted := &f.sum.Tally
	r := &result.Trial{
		Transport: f.name,
		Trial:     f.number,
		Complete:  f.complete,
		Clients:   f.clients(&f.sum.Counts, f.asked),
		Connect:   f.sum.Connected,
		Dials:     &result.Dials{Retried: f.sum.Retried, ListenOverflows: f.overflows},
		Messages:  f.messages(&f.sum.Counts),
		Wire:      f.wire(&counted.tally),
		Server:    result.Server{Process: f.server, Books: result.Books{Difference: f.difference()}},
		Generator: f.sum.Process,
		Clock:     f.clock,
		Processes: f.processes,
	}
	// Those of connections which are all closed are exact.
	r.Wire.Setup.Packets, r.Wire.Steady.Packets, r.Wire.Total.Packets = f.sum.Packets.Ready, f.sum.Packets.steady(), f.sum.Packets.Over
	r.Verdict = f.judge(r, cause)
	for _, d := range []struct {
		to   *result.Distribution
		from *metrics.Histogram
	}{
		{&r.Latency, counted.latency},
		{&r.PublishLag, f.publishLag()},
		{&r.PollLag, counted.pollLag},
		{&r.GeneratorLag, f.sum.Lag},
	} {
		var err error
		if *d.to, err = result.Summarize(d.from); err != nil {
			return r, err
		}
	}
	var err error
	if r.Groups, err = f.parts(); err != nil {
		return r, err
	}
	r.Timeline = f.timeline()
	return r, cause
}

// findings returns what the trial came to.
func (t *trial) findings() *findings {
	due := t.due()
	f := &findings{
		scenario: t.scenario, limits: t.engine.Limits, groups: t.groups, name: t.name, number: t.number,
		complete: t.complete, length: t.length(), clock: t.recorder.clocks.result(),
		sum: t.account(due), overflows: t.overflows,
	}
	f.asked = f.sum.asked()
	if t.recorded {
		f.published = due.published()
	}
	if t.measured {
		f.server = t.atStart.between(t.atEnd)
	}
	f.generators = []generated{{"the generator", f.sum.Lag, f.sum.Tally.pollLag}}
	f.servers = []served{{
		name: "the target", clients: &f.sum, used: t.before.until(t.after), whole: t.complete,
		publishLag: t.recorder.window.Load().publishLag(t.published.Records),
	}}
	return f
}

// length is how long the window was: as long as asked for, unless the trial was cut short in it.
func (t *trial) length() time.Duration {
	if t.cut == 0 {
		return t.scenario.Duration
	}
	return min(max(t.cut.Sub(t.recorder.window.Load().start), 0), t.scenario.Duration)
}

// publishLag returns how late the window's messages were published.
func (w *window) publishLag(records []admin.Record) *metrics.Histogram {
	h := metrics.NewHistogram()
	for _, record := range records {
		if w.containsDue(record.Due) {
			h.Record(record.Published.Sub(record.Due))
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
