package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/host"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// Bounds and margins of a trial's phases.
const (
	launchLead     = 100 * time.Millisecond // from the ready barrier to the schedule's origin
	drainStep      = 5 * time.Millisecond   // between two looks at what has arrived
	partialTimeout = time.Second            // for asking an interrupted trial's target what it published
	healthInterval = time.Second            // between two looks at a target that is not ours
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
	published        admin.Published
	publishing       bool               // a publication was started
	recorded         bool               // published is all that it published
	beats            *metrics.Histogram // how late the generator was through the window
	lag              atomic.Int64       // the longest of them since somebody looked
	complete         bool
	cut              clock.Instant // when it was cut short, 0 when it was not
	measured         bool          // the window's edges were read
	verdict          result.State  // "" until there is one
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
		if t.target.Admin.Unpublish(ctx) == nil {
			var err error
			t.published, err = t.target.Admin.Published(ctx)
			t.recorded = err == nil
		}
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

// connect brings all clients to the ready barrier, and starts the schedule.
func (t *trial) connect(ctx context.Context) error {
	if err := t.target.Admin.Check(ctx); err != nil {
		if errors.As(err, new(*admin.TokenError)) {
			return err
		}
		return fmt.Errorf("%w: start one with target serve, or leave --target and --admin out", err)
	}
	ends, err := t.target.Admin.Topics(ctx, t.scenario.Topics)
	if err != nil {
		return err
	}
	if t.before, err = scrape(ctx, t.target.Admin); err != nil {
		return err
	}
	overflows := host.ListenOverflows()
	dialed := t.clock.Now()
	t.crowd.gather(ctx, ends)
	if err := t.crowd.barrier(ctx); err != nil {
		return err
	}
	t.connected = t.clock.Now().Sub(dialed)
	t.overflows = sinceKnown(overflows, host.ListenOverflows())
	t.packets.ready = t.packets.sample()
	return t.begin(ctx)
}

// begin compares the clocks and starts the schedule. From then on there is a window.
func (t *trial) begin(ctx context.Context) error {
	offset, err := CompareClocks(ctx, t.target.Admin, t.clock)
	if err != nil {
		return err
	}
	t.recorder.clocks.begin(offset)
	started, err := t.target.Admin.Publish(ctx, admin.PublicationRequest{
		Schedule:     t.scenario.Schedule(t.number),
		In:           launchLead + 4*offset.Error, // from far away, the answer takes a while
		PayloadBytes: t.scenario.PayloadBytes,
	})
	if err != nil {
		return err
	}
	t.publishing = true
	origin := started.Origin.Add(-offset.Ahead)
	start := origin.Add(t.scenario.Warmup)
	t.recorder.window.Store(&window{start: start, end: start.Add(t.scenario.Duration), ahead: offset.Ahead})
	t.crowd.release(origin)
	return nil
}

func (t *trial) warmup(ctx context.Context) error {
	if err := t.until(ctx, t.recorder.window.Load().start); err != nil {
		return err
	}
	t.packets.start = t.packets.sample()
	t.ownStart = metrics.ProcessCPU()
	var err error
	t.atStart, err = scrape(ctx, t.target.Admin)
	return err
}

func (t *trial) measure(ctx context.Context) error {
	if err := t.until(ctx, t.recorder.window.Load().end); err != nil {
		return err
	}
	t.ownEnd = metrics.ProcessCPU()
	t.packets.end = t.packets.sample()
	var err error
	if t.atEnd, err = scrape(ctx, t.target.Admin); err != nil {
		return err
	}
	t.generator = ownProcess(t.ownEnd.Sub(t.ownStart))
	t.measured = true
	return nil
}

// drain waits for what is still on its way: as long as the transport may honestly take, and a
// margin. What is missing then is lost.
func (t *trial) drain(ctx context.Context) error {
	deadline := t.clock.Now().Add(worstDelay(t.scenario, t.groups) + drainMargin)
	for !t.published.Done {
		var err error
		if t.published, err = t.target.Admin.Published(ctx); err != nil {
			return err
		}
		if t.published.Done {
			break
		}
		if t.clock.Now() > deadline {
			return errors.New("the target did not get through its schedule")
		}
		if err := t.until(ctx, t.clock.Now().Add(10*drainStep)); err != nil {
			return err
		}
	}
	t.recorded = true
	return t.await(ctx, t.due(), deadline)
}

// await waits until all that fell due has arrived, or as long as that may take.
func (t *trial) await(ctx context.Context, due windowMessages, deadline clock.Instant) error {
	planned, expected := sum(t.crowd.planned()), int64(-1)
	for t.clock.Now() < deadline {
		// Who joined last may still be about to subscribe, and what it is owed counts from then on.
		if expected < 0 && t.crowd.ready()+t.crowd.failed() >= planned {
			expected = sum(t.crowd.expected(due))
		}
		if expected >= 0 && t.recorder.delivered() >= expected {
			break
		}
		if err := t.until(ctx, t.clock.Now().Add(drainStep)); err != nil {
			return err
		}
	}
	return nil
}

// collect closes all connections in order, and reads what the target counted.
func (t *trial) collect(ctx context.Context) error {
	t.crowd.disperse()
	t.packets.over = t.packets.sample()
	if t.recorder.clocks.another() {
		offset, err := compareClocks(ctx, t.target.Admin, t.clock, manyExchanges)
		if err != nil {
			return err
		}
		t.recorder.clocks.end(offset)
	}
	var err error
	t.after, err = scrape(ctx, t.target.Admin)
	return err
}

// until sleeps until an instant, or until ctx ends.
func (t *trial) until(ctx context.Context, i clock.Instant) error {
	timer := time.NewTimer(t.clock.Until(i))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ownProcess describes this process.
func ownProcess(cpu metrics.CPU) result.Process {
	return result.Process{
		CPUUser: cpu.User, CPUSystem: cpu.System,
		RSS: metrics.ResidentBytes(), Goroutines: goroutines(),
	}
}
