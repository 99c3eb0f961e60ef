package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// How long a process of a fleet may take to answer, besides what the trial has it wait for.
const (
	callPatience = 15 * time.Second
	fleetLead    = 250 * time.Millisecond // from the ready barrier to the schedule's origin
)

// fleet is one transport's turn with clients and targets in several processes: a trial whose parts are
// elsewhere. It walks all of them through the phases together, and adds up what they leave.
type fleet struct {
	engine   *Engine
	scenario scenario.Scenario
	name     scenario.Transport
	number   int
	clock    clock.Clock
	began    time.Time
	groups   []*group

	targets    []*fleetTarget
	generators []*fleetGenerator
	window     *window // nil until the clients are ready
	cut        clock.Instant
	complete   bool
	verdict    result.State // "" until there is one
	overflows  *int64

	mu      sync.Mutex // guards what follows, and who is left out
	cancel  context.CancelCauseFunc
	ending  bool           // processes end because they are told to
	killing sync.WaitGroup // those that are left out
}

func newFleet(e *Engine, name scenario.Transport, number int, clk clock.Clock) *fleet {
	f := &fleet{
		engine: e, scenario: e.Scenario, name: name, number: number, clock: clk, began: time.Now(),
		groups: e.groups(name), cancel: func(error) {},
	}
	for i := range e.Spread.Targets {
		f.targets = append(f.targets, &fleetTarget{member: member{role: result.Target, number: i + 1, of: e.Spread.Targets}})
	}
	for i, part := range Parts(e.Scenario.Peak(), e.Spread.Generators) {
		to := f.targets[e.Spread.TargetOf(i)]
		g := &fleetGenerator{member: member{role: result.Generator, number: i + 1, of: e.Spread.Generators}, part: part, planned: part.planned(e.Scenario, number), target: to}
		f.generators = append(f.generators, g)
		to.generators = append(to.generators, g)
	}
	return f
}

// run runs the trial, as trial.run does.
func (f *fleet) run(ctx context.Context) (*result.Trial, error) {
	defer f.end()
	if err := f.launch(ctx); err != nil {
		return nil, err
	}
	f.engine.live.begin(f)
	defer f.engine.live.end(f)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f.cancel = cancel
	var beside sync.WaitGroup
	f.watch(ctx, &beside)
	err := f.phases(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	f.mu.Lock()
	f.ending = true
	f.mu.Unlock()
	if err != nil {
		f.interrupt(ctx)
	}
	cancel(nil)
	beside.Wait()
	if f.window == nil || f.window.end <= f.window.start {
		return nil, err
	}
	r, err := f.findings().report(err)
	f.verdict = r.Verdict.State
	return r, err
}

// launch starts all processes, side by side.
func (f *fleet) launch(ctx context.Context) error {
	var starting sync.WaitGroup
	errs := make([]error, len(f.targets)+len(f.generators))
	for i, t := range f.targets {
		starting.Go(func() { errs[i] = t.launch(ctx, f.engine.Launch) })
	}
	for i, g := range f.generators {
		starting.Go(func() { errs[len(f.targets)+i] = g.launch(ctx, f.engine.Spread.Start) })
	}
	starting.Wait()
	return errors.Join(errs...)
}

// phases walks through the trial.
func (f *fleet) phases(ctx context.Context) error {
	for _, phase := range []struct {
		name Phase
		run  func(context.Context) error
	}{
		{Connect, f.connect},
		{Warmup, f.warmup},
		{Window, f.measure},
		{Drain, f.drain},
		{Collect, f.collect},
	} {
		f.enter(ctx, phase.name)
		if err := phase.run(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	f.complete = true
	f.enter(ctx, Done)
	return nil
}

// enter says that a phase begins.
func (f *fleet) enter(ctx context.Context, phase Phase) {
	f.engine.live.enter(phase)
	if f.engine.Progress == nil {
		return
	}
	p := Progress{
		Transport: f.name, Trial: f.number, Trials: f.scenario.Trials, Phase: phase, Clients: f.scenario.Peak(),
	}
	for _, s := range f.standings(ctx, StandingRequest{}) {
		p.Ready += s.Clients.Ready
		p.Delivered += s.Delivered
	}
	p.Elapsed = time.Since(f.began)
	f.engine.Progress(p)
}

// end ends all processes that are still there, in order: first the clients, then who serves them.
func (f *fleet) end() {
	f.killing.Wait()
	var ending sync.WaitGroup
	for _, g := range f.generators {
		ending.Go(g.stop)
	}
	ending.Wait()
	for _, t := range f.targets {
		ending.Go(t.stop)
	}
	ending.Wait()
}

// interrupt ends everything at once, as trial.interrupt does.
func (f *fleet) interrupt(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	f.cut = f.clock.Now()
	if w := f.window; w != nil {
		f.window = &window{start: w.start, end: max(w.start, min(w.end, f.cut))}
	}
	each(f.livingTargets(), func(t *fleetTarget) {
		ctx, cancel := context.WithTimeout(ctx, partialTimeout)
		defer cancel()
		t.unpublish(ctx, t.Admin)
		t.Kill()
	})
	each(f.livingGenerators(), func(g *fleetGenerator) {
		ctx, cancel := context.WithTimeout(ctx, callPatience)
		defer cancel()
		q := CutOrder{At: f.cut}
		if g.target.recorded {
			due := f.due(g.target).runs()
			q.Due = &due
		}
		var a Account
		if err := g.Call(ctx, "Cut", q, &a); err == nil {
			g.account = &a
		}
	})
}

// each calls do for all members side by side, and waits.
func each[M any](members []M, do func(M)) {
	var doing sync.WaitGroup
	for _, m := range members {
		doing.Go(func() { do(m) })
	}
	doing.Wait()
}

// until sleeps until an instant, or until ctx ends.
func (f *fleet) until(ctx context.Context, i clock.Instant) error {
	timer := time.NewTimer(f.clock.Until(i))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lateClients is why a trial does not begin.
func (f *fleet) lateClients(ready int, failure string, late bool) error {
	switch {
	case late:
		var why error
		if failure != "" {
			why = errors.New(failure)
		}
		return tooFew(int64(ready), f.scenario.Clients, f.patience(), why)
	case ready == 0:
		return fmt.Errorf("no client could subscribe: %s", failure)
	}
	return nil
}

// patience is how long the clients may take to connect.
func (f *fleet) patience() time.Duration { return connectTimeout(f.scenario, f.groups) }
