package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
)

// crowd is the virtual clients of one trial: a goroutine each, which the crowd starts and waits
// for.
type crowd struct {
	trial   *trial
	clients []*client
	agenda  agenda
	slots   chan struct{}      // bounds how many connections are being opened at once
	cancel  context.CancelFunc // of all at once
	waves   []*wave
	part    Part
	retry   *transport.Retry
	running sync.WaitGroup

	settled  chan struct{}   // closed when every client that is there from the beginning is ready or has failed
	released context.Context //nolint:containedctx // done when the schedule's origin is known
	open     context.CancelFunc
	origin   clock.Instant   // may be read once released is done
	over     <-chan struct{} // closed when all clients are to end

	mu    sync.Mutex
	first error // the first thing that went wrong with a client
}

func newCrowd(t *trial) *crowd {
	released, open := context.WithCancel(context.Background())
	return &crowd{
		trial: t, cancel: func() {}, part: t.engine.Part.of(t.scenario), slots: t.engine.slots(), retry: newRetry(released.Done()),
		settled: make(chan struct{}), released: released, open: open,
	}
}

// gather starts all clients; those of a topic start at its end as it was before. Those that join later wait for
// their time.
func (c *crowd) gather(ctx context.Context, ends []uint64) {
	t := c.trial
	// What ends the run does not end the clients: the target is ended first.
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.over = ctx.Done()
	c.agenda = newAgenda(t.scenario, t.number)
	for _, g := range t.groups {
		g.fields = Fields(g.headers, t.scenario, g.transport, t.target.Endpoint)
	}
	phases, dealt := t.scenario.PollOffsets(t.number), t.scenario.Deal(t.number)
	c.clients, c.waves = make([]*client, c.part.Count), newWaves(ctx, c.part.Count)
	for i := range c.clients {
		k := c.part.First + i // in the whole scenario
		c.clients[i] = c.newClient(k, t.groups[dealt[k]], phases[k], ends)
	}
	if c.part.starters(t.scenario) == 0 {
		close(c.settled)
	}
	for i, v := range c.clients {
		c.running.Go(func() { c.waves[i/waveClients].run(v.run) })
	}
}

// barrier waits until every client that is there from the beginning is ready or has failed. It is an error when
// none is ready, or when some are neither after the trial's connectTimeout.
func (c *crowd) barrier(ctx context.Context) error {
	patience := connectTimeout(c.trial.scenario, c.trial.groups)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-c.settled:
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout.C:
		return tooFew(c.ready(), c.trial.scenario.Clients, patience, c.failure())
	}
	if c.ready() == 0 {
		return fmt.Errorf("no client could subscribe: %w", c.failure())
	}
	c.begin()
	return nil
}

// begin notes who is there before the schedule begins.
func (c *crowd) begin() {
	for _, g := range c.trial.groups {
		g.before = g.ready.Load()
	}
}

// tooFew says that clients were neither ready nor refused in time, and what is known of why.
func tooFew(ready int64, clients int, patience time.Duration, why error) error {
	err := fmt.Errorf("only %d of %d clients were ready after %s", ready, clients, patience)
	if why != nil {
		return fmt.Errorf("%w: %w", err, why)
	}
	return err
}

// release lets the clients that wait at the barrier go.
func (c *crowd) release(origin clock.Instant) {
	c.origin = origin
	c.open()
}

// awaits waits for a time of the window, and reports whether it came before ctx ended.
func (c *crowd) awaits(ctx context.Context, at time.Duration) bool {
	select {
	case <-c.released.Done():
	case <-ctx.Done():
		return false
	}
	return c.trial.until(ctx, c.trial.recorder.window.Load().start.Add(at)) == nil
}

// disperse ends all clients in order, and waits for them. It may be called more than once.
func (c *crowd) disperse() {
	endInTurn(c.waves)
	c.cancel()
	c.running.Wait()
}

// scatter ends all clients at once, by cutting their connections, and waits for them.
func (c *crowd) scatter() {
	c.cancel()
	c.trial.totals.CutAll()
	c.running.Wait()
}

// failure returns the first client's failure, nil when nothing went wrong.
func (c *crowd) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first
}

// note remembers the first failure.
func (c *crowd) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		c.first = err
	}
}

// settle counts a client that became ready, or failed before it did.
func (c *crowd) settle(count *atomic.Int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count.Add(1)
	if c.ready()+c.failed() == int64(c.part.starters(c.trial.scenario)) {
		close(c.settled) // once: those that join come later
	}
}

// planned returns how many subscriptions each group is to make.
func (c *crowd) planned() []int64 {
	n := make([]int64, len(c.trial.groups))
	for _, v := range c.clients {
		n[v.group.place] += int64(len(v.stays))
	}
	return n
}

// ready, failed, broken and left count over all groups, see group.
func (c *crowd) ready() int64  { return c.count(func(g *group) *atomic.Int64 { return &g.ready }) }
func (c *crowd) failed() int64 { return c.count(func(g *group) *atomic.Int64 { return &g.failed }) }
func (c *crowd) broken() int64 { return c.count(func(g *group) *atomic.Int64 { return &g.broken }) }
func (c *crowd) left() int64   { return c.count(func(g *group) *atomic.Int64 { return &g.left }) }
func (c *crowd) asked() int64  { return c.count(func(g *group) *atomic.Int64 { return &g.asked }) }

func (c *crowd) count(of func(*group) *atomic.Int64) int64 {
	var n int64
	for _, g := range c.trial.groups {
		n += of(g).Load()
	}
	return n
}
