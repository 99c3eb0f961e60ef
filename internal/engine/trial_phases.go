package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/host"
	"pollpush/internal/result"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
)

const (
	launchLead = 100 * time.Millisecond // from the ready barrier to the schedule's origin
	drainStep  = 5 * time.Millisecond   // between two looks at what has arrived
)

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
	defer frugally()()
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
	if err := t.awaitPublished(ctx, t.target.Admin, t.clock, deadline); err != nil {
		return err
	}
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
