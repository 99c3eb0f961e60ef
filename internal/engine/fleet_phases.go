package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/host"
)

// connect brings all clients of all generators to the ready barrier, and starts the schedule.
func (f *fleet) connect(ctx context.Context) error {
	if err := f.askTargets(ctx, func(ctx context.Context, t *fleetTarget) error { return t.prepare(ctx, f.scenario.Topics) }); err != nil {
		return err
	}
	overflows := host.ListenOverflows()
	var mu sync.Mutex
	var sum Readiness
	err := f.askGenerators(ctx, f.patience(), func(ctx context.Context, g *fleetGenerator) error {
		var r Readiness
		if err := g.Call(ctx, "Connect", f.assignment(g), &r); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		sum.Ready += r.Ready
		sum.Late = sum.Late || r.Late
		if sum.Failure == "" {
			sum.Failure = r.Failure
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.lateClients(sum.Ready, sum.Failure, sum.Late); err != nil {
		return err
	}
	f.overflows = sinceKnown(overflows, host.ListenOverflows())
	return f.begin(ctx)
}

// assignment is what a generator is to do.
func (f *fleet) assignment(g *fleetGenerator) Assignment {
	return Assignment{
		Scenario: f.scenario, Headers: f.engine.Headers, GroupHeaders: f.engine.GroupHeaders, Sources: f.engine.Sources, Part: g.part,
		Sharers: len(g.target.generators), Transport: f.name, Trial: f.number,
		Endpoint: g.target.Endpoint, CA: g.target.CA, Ends: g.target.ends,
	}
}

// begin starts the schedule. All targets count from one instant of the host's clock, and the generators know
// it before the first of them publishes.
func (f *fleet) begin(ctx context.Context) error {
	origin := f.clock.Now().Add(fleetLead)
	start := origin.Add(f.scenario.Warmup)
	f.window = &window{start: start, end: start.Add(f.scenario.Duration)}
	order := ReleaseOrder{Origin: origin, Start: f.window.start, End: f.window.end}
	if err := f.askGenerators(ctx, 0, func(ctx context.Context, g *fleetGenerator) error {
		return g.Call(ctx, "Release", order, &None{})
	}); err != nil {
		return err
	}
	return f.askTargets(ctx, func(ctx context.Context, t *fleetTarget) error {
		return t.publish(ctx, admin.PublicationRequest{
			Schedule: f.scenario.Schedule(f.number), At: origin, PayloadBytes: f.scenario.PayloadBytes,
		})
	})
}

func (f *fleet) warmup(ctx context.Context) error {
	if err := f.until(ctx, f.window.start); err != nil {
		return err
	}
	return f.askTargets(ctx, func(ctx context.Context, t *fleetTarget) (err error) {
		t.atStart, err = scrape(ctx, t.Admin)
		return err
	})
}

func (f *fleet) measure(ctx context.Context) error {
	if err := f.until(ctx, f.window.end); err != nil {
		return err
	}
	return f.askTargets(ctx, func(ctx context.Context, t *fleetTarget) (err error) {
		t.atEnd, err = scrape(ctx, t.Admin)
		t.measured = err == nil
		return err
	})
}

// drain waits for what is still on its way, at all generators.
func (f *fleet) drain(ctx context.Context) error {
	worst := worstDelay(f.scenario, f.groups) + drainMargin
	deadline := f.clock.Now().Add(worst)
	if err := f.askTargetsFor(ctx, worst, func(ctx context.Context, t *fleetTarget) error {
		return t.awaitPublished(ctx, t.Admin, f.clock, deadline)
	}); err != nil {
		return err
	}
	return f.askGenerators(ctx, worst, func(ctx context.Context, g *fleetGenerator) error {
		return g.Call(ctx, "Drain", f.due(g.target).runs(), &None{})
	})
}

// collect closes all connections in order, and reads what the targets counted.
func (f *fleet) collect(ctx context.Context) error {
	if err := f.askGenerators(ctx, callPatience, func(ctx context.Context, g *fleetGenerator) error {
		var a Account
		if err := g.Call(ctx, "Finish", None{}, &a); err != nil {
			return err
		}
		g.account = &a
		return nil
	}); err != nil {
		return err
	}
	return f.askTargets(ctx, func(ctx context.Context, t *fleetTarget) (err error) {
		t.after, err = scrape(ctx, t.Admin)
		return err
	})
}

// due returns the messages of a target that fell due in the window.
func (f *fleet) due(t *fleetTarget) windowMessages {
	return f.window.due(f.scenario.Topics, t.published.Records)
}

// askTargets has all targets that are left do something. One that fails is left out of the trial.
func (f *fleet) askTargets(ctx context.Context, do func(context.Context, *fleetTarget) error) error {
	return f.askTargetsFor(ctx, 0, do)
}

func (f *fleet) askTargetsFor(ctx context.Context, takes time.Duration, do func(context.Context, *fleetTarget) error) error {
	each(f.livingTargets(), func(t *fleetTarget) {
		if err := within(ctx, takes+callPatience, t.Exited, func(ctx context.Context) error { return do(ctx, t) }); err != nil {
			f.loseTarget(ctx, t, err)
		}
	})
	return context.Cause(ctx)
}

// askGenerators has all generators that are left do something that may take a while. One that fails is left
// out of the trial.
func (f *fleet) askGenerators(ctx context.Context, takes time.Duration, do func(context.Context, *fleetGenerator) error) error {
	each(f.livingGenerators(), func(g *fleetGenerator) {
		if err := within(ctx, takes+callPatience, g.Exited, func(ctx context.Context) error { return do(ctx, g) }); err != nil {
			f.loseGenerator(ctx, g, err)
		}
	})
	return context.Cause(ctx)
}

// errEnded says that a process went away.
var errEnded = errors.New("it ended in the middle of the trial")

// within has a process do something within a time, and says so when the process has ended or is silent.
func within(ctx context.Context, patience time.Duration, exited <-chan struct{}, do func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := do(bounded)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if bounded.Err() != nil {
		return fmt.Errorf("it did not answer within %s", patience)
	}
	// The end of a process shows in its pipe and its sockets a little before it shows in itself.
	grace := time.NewTimer(time.Second)
	defer grace.Stop()
	select {
	case <-exited:
		return errEnded
	case <-grace.C:
		return err
	case <-ctx.Done():
		return err
	}
}
