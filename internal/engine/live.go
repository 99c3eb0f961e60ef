package engine

import (
	"maps"
	"os"
	"sync"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// live is what can be seen of a run while it goes on: the sums of the trials that are over, and
// the one that is running. The zero value is a run that has not begun.
type live struct {
	mu      sync.Mutex
	past    map[scenario.Transport]*pastTrials
	running running
	phase   Phase
}

// running is a trial that goes on.
type running interface {
	transport() scenario.Transport
	// now returns what has been counted so far.
	now() (tally, metrics.ClientStates)
	// look returns what is known of its processes. What it says of their lag is since the last look.
	look() Running
	// over returns what was found, once the clients have ended.
	over() ended
}

// ended is what a trial that is over came to.
type ended struct {
	tally        tally
	lost         int64
	generatorLag *metrics.Histogram
	verdict      result.State // "" where there is none
}

func (t *trial) transport() scenario.Transport { return t.name }

func (t *trial) now() (tally, metrics.ClientStates) { return t.recorder.sum(), t.crowd.states() }

func (t *trial) look() Running {
	return Running{Transport: t.name, Targets: []int{t.target.PID}, Generators: []int{os.Getpid()}, Lag: time.Duration(t.lag.Swap(0))}
}

func (t *trial) over() ended {
	e := ended{tally: t.recorder.sum(), generatorLag: t.generatorLag(), verdict: t.verdict}
	if t.complete {
		e.lost = sum(t.crowd.lost(t.due()))
	}
	return e
}

// pastTrials sums a transport's trials that are over.
type pastTrials struct {
	tally
	lost         int64
	generatorLag *metrics.Histogram
	verdicts     map[string]int64
}

func (l *live) begin(r running) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running, l.phase = r, ""
}

func (l *live) enter(p Phase) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = p
}

// end moves the running trial to those that are over. Its clients must have ended.
func (l *live) end(r running) {
	e := r.over()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.past == nil {
		l.past = make(map[scenario.Transport]*pastTrials)
	}
	p := l.past[r.transport()]
	if p == nil {
		p = &pastTrials{tally: newTally(), generatorLag: metrics.NewHistogram(), verdicts: make(map[string]int64)}
		l.past[r.transport()] = p
	}
	p.add(&e.tally)
	p.lost += e.lost
	p.generatorLag.Merge(e.generatorLag)
	if e.verdict != "" {
		p.verdicts[string(e.verdict)]++
	}
	l.running, l.phase = nil, ""
}

// Snapshot returns what is known of each of the scenario's transports at this moment.
func (e *Engine) Snapshot() []metrics.BenchSnapshot {
	r, sum, clients := e.live.ask()
	e.live.mu.Lock()
	defer e.live.mu.Unlock()
	if r != e.live.running {
		r = nil // it ended meanwhile, and is with those that are over
	}
	snapshots := make([]metrics.BenchSnapshot, 0, len(e.Scenario.Transports))
	for _, name := range e.Scenario.Transports {
		s := e.live.before(name)
		if r != nil && r.transport() == name {
			s.tally.add(&sum)
			s.Phase, s.Clients = string(e.live.phase), clients
		}
		snapshots = append(snapshots, s.finish())
	}
	return snapshots
}

// Running is the trial that is running.
type Running struct {
	Transport scenario.Transport
	// Targets are the processes of its targets, 0 for one that is not ours. Generators are those that run
	// its clients.
	Targets, Generators []int
	// Lag is how late the latest generator was at most since Running was asked for the last time.
	Lag time.Duration
}

// Running returns what is known of the trial that is running; ok is false between trials. One caller at a time
// may look on so.
func (e *Engine) Running() (r Running, ok bool) {
	e.live.mu.Lock()
	running := e.live.running
	e.live.mu.Unlock()
	if running == nil {
		return Running{}, false
	}
	return running.look(), true
}

// ask asks the running trial, if there is one. It may take a while, and the trial goes on meanwhile.
func (l *live) ask() (r running, sum tally, clients metrics.ClientStates) {
	l.mu.Lock()
	r = l.running
	l.mu.Unlock()
	if r != nil {
		sum, clients = r.now()
	}
	return r, sum, clients
}

// snapshot is one in the making.
type snapshot struct {
	metrics.BenchSnapshot
	tally tally
}

// before returns what the trials that are over came to.
func (l *live) before(name scenario.Transport) snapshot {
	s := snapshot{tally: newTally()}
	s.Transport = string(name)
	if p := l.past[name]; p != nil {
		s.tally.add(&p.tally)
		s.Lost, s.GeneratorLag = p.lost, metrics.NewHistogram()
		s.GeneratorLag.Merge(p.generatorLag) // which goes on
		s.Verdicts = maps.Clone(p.verdicts)
	}
	return s
}

func (s *snapshot) finish() metrics.BenchSnapshot {
	sum := &s.tally
	s.Delivered, s.Duplicated, s.Reordered = sum.delivered, sum.duplicated, sum.reordered
	s.Latency, s.PollLag = sum.latency, sum.pollLag
	s.Wire = sum.total()
	return s.BenchSnapshot
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
