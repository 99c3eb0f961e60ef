package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

const (
	partialTimeout = time.Second // for asking an interrupted trial's target what it published
	healthInterval = time.Second // between two looks at a target that is not ours
)

// trial is one transport's turn: its phases in order, and what they leave behind.
type trial struct {
	engine   *Engine
	scenario scenario.Scenario
	name     scenario.Transport
	number   int
	clock    clock.Clock
	groups   []*group
	began    time.Time

	target   *Target
	totals   wire.Totals
	packets  packets
	recorder *recorder
	crowd    *crowd

	before, after    reading // the target before the first client and after the last
	atStart, atEnd   reading // the target at the window's edges
	ownStart, ownEnd metrics.CPU
	generator        result.Process
	connected        time.Duration
	overflows        *int64 // of listen queues while the clients connected; nil where nobody tells
	publication
	beats    *metrics.Histogram // how late the generator was through the window
	lag      atomic.Int64       // the longest of them since somebody looked
	complete bool
	cut      clock.Instant // when it was cut short, 0 when it was not
	measured bool          // the window's edges were read
	verdict  result.State  // "" until there is one
}

func newTrial(e *Engine, name scenario.Transport, number int, clk clock.Clock) *trial {
	r := newRecorder(max(1, len(e.Scenario.Groups)), e.Scenario.Duration)
	groups := e.groups(name)
	for i, g := range groups {
		g.dials, g.shards = e.dials(g, number), r.shards[i]
	}
	return &trial{
		engine: e, scenario: e.Scenario, name: name, number: number, clock: clk,
		groups: groups, began: time.Now(), recorder: r,
	}
}

// run runs the trial. When it is cut short it returns what was measured, if the clients were ready,
// and why.
func (t *trial) run(ctx context.Context) (*result.Trial, error) {
	target, err := t.engine.Launch(ctx)
	if err != nil {
		return nil, err
	}
	t.target = target
	t.totals.Packets = &t.packets.counter
	t.crowd = newCrowd(t)
	t.engine.live.begin(t)
	defer t.engine.live.end(t)

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var beside sync.WaitGroup
	beside.Go(func() { t.watch(ctx, cancel) })
	err = t.phases(ctx, &beside)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		t.interrupt(ctx)
	}
	cancel(nil)
	beside.Wait()
	if err == nil {
		target.Stop()
	}
	if w := t.recorder.window.Load(); w == nil || w.end <= w.start {
		return nil, err // it was cut short before there was anything to measure
	}
	r, err := t.findings().report(err)
	t.verdict = r.Verdict.State
	return r, err
}

// watch cancels the trial when its target is gone. One that is ours says so itself; another is
// asked.
func (t *trial) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	if t.target.Exited != nil {
		select {
		case <-t.target.Exited:
			cancel(errTargetEnded)
		case <-ctx.Done():
		}
		return
	}
	for t.until(ctx, t.clock.Now().Add(healthInterval)) == nil {
		if err := t.target.Admin.Check(ctx); err != nil {
			cancel(fmt.Errorf("%w: %w", errTargetEnded, err))
			return
		}
	}
}

// interrupt ends everything at once: what falls due from now on does not count, and connections are
// cut. The target goes before the clients, so that none of them waits for it.
func (t *trial) interrupt(ctx context.Context) {
	t.cutAt(t.clock.Now())
	if t.publishing && !t.recorded {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partialTimeout)
		defer cancel()
		t.unpublish(ctx, t.target.Admin)
	}
	t.target.Kill()
	t.crowd.scatter()
}

// cutAt ends the window: what falls due from then on does not count.
func (t *trial) cutAt(i clock.Instant) {
	t.cut = i
	if w := t.recorder.window.Load(); w != nil {
		t.recorder.window.Store(&window{start: w.start, end: max(w.start, min(w.end, i)), ahead: w.ahead})
	}
}

// phases walks through the trial. What it starts beside them ends with ctx.
func (t *trial) phases(ctx context.Context, beside *sync.WaitGroup) error {
	for _, phase := range []struct {
		name Phase
		run  func(context.Context) error
	}{
		{Connect, t.connect},
		{Warmup, t.warmup},
		{Window, t.measure},
		{Drain, t.drain},
		{Collect, t.collect},
	} {
		t.enter(phase.name)
		if err := phase.run(ctx); err != nil {
			return err
		}
		if phase.name == Connect {
			w := *t.recorder.window.Load()
			beside.Go(func() { t.beats = heartbeat(ctx, t.clock, w, &t.lag) })
			if t.recorder.clocks.another() {
				beside.Go(func() { t.followClock(ctx) })
			}
		}
	}
	t.complete = true
	t.enter(Done)
	return nil
}

// enter says that a phase begins.
func (t *trial) enter(phase Phase) {
	t.engine.live.enter(phase)
	if t.engine.Progress == nil {
		return
	}
	t.engine.Progress(Progress{
		Transport: t.name, Trial: t.number, Trials: t.scenario.Trials, Phase: phase,
		Ready: t.crowd.ready() - t.crowd.left(), Clients: t.scenario.Peak(),
		Delivered: t.recorder.delivered(), Elapsed: time.Since(t.began),
	})
}
