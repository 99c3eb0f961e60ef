package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/procs"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// crowd is the clients of a trial.
type crowd struct {
	tally   *tally
	ready   chan struct{} // an element for each client that is
	fail    context.CancelCauseFunc
	running sync.WaitGroup
}

// join starts all clients.
func (c *crowd) join(ctx context.Context, server adapter.Server, clk clock.Clock, t trial) {
	slots, totals := make(chan struct{}, dialsAtOnce), new(wire.Totals)
	for i := range t.clients {
		client := server.Client(t.transport, &transport.Dialer{Clock: clk, Totals: totals, Slots: slots})
		sink := &follower{crowd: c, shard: c.tally.shard(i)}
		c.running.Go(func() {
			if err := client.Subscribe(ctx, sink); err != nil {
				c.fail(fmt.Errorf("a client: %w", err))
			}
		})
	}
}

// gathered waits until all clients are ready.
func (c *crowd) gathered(ctx context.Context, clients int) error {
	timeout := time.NewTimer(joinTimeout)
	defer timeout.Stop()
	for n := range clients {
		select {
		case <-c.ready:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timeout.C:
			return fmt.Errorf("%d of %d clients were there after %s", n, clients, joinTimeout)
		}
	}
	return nil
}

// measure publishes the schedule, and reads what the server used through the window.
func (c *crowd) measure(ctx context.Context, server adapter.Server, clk clock.Clock, t trial, r *serverRun) error {
	schedule := scenario.Schedule{Topics: 1, Rate: t.rate, Arrivals: scenario.Fixed, Length: t.warmup + t.window}
	for arrival := range schedule.All() {
		if arrival.Due >= t.warmup {
			r.Published++
		}
	}
	origins := make(chan clock.Instant, 1)
	var publishing sync.WaitGroup
	var published error
	publishing.Go(func() {
		published = server.Publish(ctx, adapter.Publication{Schedule: schedule, PayloadBytes: payloadBytes}, func(o clock.Instant) {
			c.tally.from.Store(int64(o.Add(t.warmup)))
			origins <- o
		})
		if published != nil {
			c.fail(published)
		}
	})
	defer publishing.Wait()
	var origin clock.Instant
	select {
	case origin = <-origins:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	from, err := readAt(ctx, server, clk, origin.Add(t.warmup))
	if err != nil {
		return err
	}
	to, err := readAt(ctx, server, clk, origin.Add(t.warmup+t.window))
	if err != nil {
		return err
	}
	r.CPU, r.Memory, r.Processes = to.CPU-from.CPU, to.Memory, to.Processes
	publishing.Wait()
	if published != nil {
		return published
	}
	return c.drain(ctx, r.Published*int64(t.clients))
}

// drain waits for what is on its way.
func (c *crowd) drain(ctx context.Context, expected int64) error {
	for deadline := time.Now().Add(drainTimeout); c.tally.delivered() < expected && time.Now().Before(deadline); {
		if err := wait(ctx, lookStep); err != nil {
			return err
		}
	}
	return nil
}

func readAt(ctx context.Context, server adapter.Server, clk clock.Clock, at clock.Instant) (procs.Usage, error) {
	if err := wait(ctx, clk.Until(at)); err != nil {
		return procs.Usage{}, err
	}
	return procs.Tree(server.PID())
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// follower is the sink of one client.
type follower struct {
	crowd *crowd
	shard *shard
	last  uint64 // sequence number
}

// Ready implements transport.Sink.
func (f *follower) Ready(context.Context) error {
	f.crowd.ready <- struct{}{}
	return nil
}

// Unit implements transport.Sink.
func (f *follower) Unit(u *transport.Unit) {
	from := clock.Instant(f.crowd.tally.from.Load())
	for _, m := range u.Messages {
		inOrder := m.Seq == f.last+1
		f.last = max(f.last, m.Seq)
		f.shard.take(m.Due >= from, inOrder, u.Received.Sub(m.Due))
	}
}

var _ transport.Sink = (*follower)(nil)
