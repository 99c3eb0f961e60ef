package engine

import (
	"maps"
	"sync"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// live is what can be seen of a run while it goes on: the sums of the trials that are over, and
// the one that is running. The zero value is a run that has not begun.
type live struct {
	mu    sync.Mutex
	past  map[scenario.Transport]*pastTrials
	trial *trial
	phase Phase
}

// pastTrials sums a transport's trials that are over.
type pastTrials struct {
	tally
	lost         int64
	generatorLag *metrics.Histogram
	verdicts     map[string]int64
}

func (l *live) begin(t *trial) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trial, l.phase = t, ""
}

func (l *live) enter(p Phase) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = p
}

// end moves the running trial to those that are over. Its clients must have ended.
func (l *live) end(t *trial) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.past == nil {
		l.past = make(map[scenario.Transport]*pastTrials)
	}
	p := l.past[t.name]
	if p == nil {
		p = &pastTrials{tally: newTally(), generatorLag: metrics.NewHistogram(), verdicts: make(map[string]int64)}
		l.past[t.name] = p
	}
	counted := t.recorder.sum()
	p.add(&counted)
	if t.complete {
		p.lost += sum(t.crowd.lost(t.due()))
	}
	p.generatorLag.Merge(t.generatorLag())
	if t.verdict != "" {
		p.verdicts[string(t.verdict)]++
	}
	l.trial, l.phase = nil, ""
}

// Snapshot returns what is known of each of the scenario's transports at this moment.
func (e *Engine) Snapshot() []metrics.BenchSnapshot {
	e.live.mu.Lock()
	defer e.live.mu.Unlock()
	snapshots := make([]metrics.BenchSnapshot, 0, len(e.Scenario.Transports))
	for _, name := range e.Scenario.Transports {
		snapshots = append(snapshots, e.live.snapshot(name))
	}
	return snapshots
}

// Running is the trial that is running.
type Running struct {
	Transport scenario.Transport
	// Target is the process of the target, 0 when it is not ours.
	Target int
	// Lag is how late the generator was at most since Running was asked for the last time.
	Lag time.Duration
}

// Running returns what is known of the trial that is running; ok is false between trials. One caller at a time
// may look on so.
func (e *Engine) Running() (r Running, ok bool) {
	e.live.mu.Lock()
	defer e.live.mu.Unlock()
	t := e.live.trial
	if t == nil {
		return Running{}, false
	}
	return Running{Transport: t.name, Target: t.target.PID, Lag: time.Duration(t.lag.Swap(0))}, true
}

func (l *live) snapshot(name scenario.Transport) metrics.BenchSnapshot {
	sum := newTally()
	s := metrics.BenchSnapshot{Transport: string(name)}
	if p := l.past[name]; p != nil {
		sum.add(&p.tally)
		s.Lost, s.GeneratorLag = p.lost, p.generatorLag
		s.Verdicts = maps.Clone(p.verdicts)
	}
	if t := l.trial; t != nil && t.name == name {
		now := t.recorder.sum()
		sum.add(&now)
		s.Phase = string(l.phase)
		s.Clients = t.crowd.states()
	}
	s.Delivered, s.Duplicated, s.Reordered = sum.delivered, sum.duplicated, sum.reordered
	s.Latency, s.PollLag = sum.latency, sum.pollLag
	s.Wire = sum.total()
	return s
}

// states counts the clients by state.
func (c *crowd) states() metrics.ClientStates {
	failed, broken := c.failed(), c.broken()
	return metrics.ClientStates{
		Connecting: c.asked() - c.ready() - failed,
		Ready:      c.ready() - broken - c.left(),
		Failed:     failed + broken,
	}
}
