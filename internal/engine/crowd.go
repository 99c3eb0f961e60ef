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
	cancel  context.CancelFunc
	running sync.WaitGroup

	ready, failed atomic.Int64  // clients that subscribed, and that could not
	broken        atomic.Int64  // clients that failed after they were ready
	settled       chan struct{} // closed when every client is ready or has failed
	released      chan struct{} // closed when the schedule's origin is known
	origin        clock.Instant // may be read once released is closed

	mu    sync.Mutex
	first error // the first thing that went wrong with a client
}

func newCrowd(t *trial) *crowd {
	return &crowd{
		trial: t, cancel: func() {},
		settled: make(chan struct{}), released: make(chan struct{}),
	}
}

// gather starts all clients; those of a topic start at its end as it was before.
func (c *crowd) gather(ctx context.Context, ends []uint64) {
	t := c.trial
	// What ends the run does not end the clients: the target is ended first.
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	slots := make(chan struct{}, ConcurrentDials)
	phases := t.scenario.PollOffsets(t.number)
	fields := Fields(t.engine.Headers, t.scenario, t.name, t.target.Endpoint)
	c.clients = make([]*client, t.scenario.Clients)
	for i := range c.clients {
		topic := i % t.scenario.Topics
		c.clients[i] = &client{
			crowd: c, topic: topic, sequence: newSequence(ends[topic]),
			shard: t.recorder.shards[i%len(t.recorder.shards)],
		}
		subscriber := Subscription{
			Dialer: t.dialer(slots), Endpoint: t.target.Endpoint, Fields: fields,
			Subscription: transport.Subscription{Topic: topic, After: ends[topic]},
			Scenario:     t.scenario, Phase: phases[i],
			Origin: func() clock.Instant { return c.origin },
		}.Subscriber(t.name)
		c.running.Go(func() { c.clients[i].run(ctx, subscriber) })
	}
}

// dialer returns how one client connects. Each has TLS sessions of its own, as different machines
// would.
func (t *trial) dialer(slots chan struct{}) *transport.Dialer {
	http2 := t.scenario.OverHTTP2(t.name)
	return &transport.Dialer{
		Dial: t.dial, Clock: t.clock, Totals: &t.totals, Slots: slots,
		TLS: t.target.ClientTLS(t.scenario.Resume, http2), HTTP2: http2,
	}
}

// barrier waits until every client is ready or has failed. It is an error when none is ready, or
// when some are neither after the trial's connectTimeout.
func (c *crowd) barrier(ctx context.Context) error {
	patience := c.trial.connectTimeout()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-c.settled:
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout.C:
		return fmt.Errorf("only %d of %d clients were ready after %s", c.ready.Load(), len(c.clients), patience)
	}
	if c.ready.Load() == 0 {
		return fmt.Errorf("no client could subscribe: %w", c.failure())
	}
	return nil
}

// release lets the clients that wait at the barrier go.
func (c *crowd) release(origin clock.Instant) {
	c.origin = origin
	close(c.released)
}

// disperse ends all clients in order, and waits for them. It may be called more than once.
func (c *crowd) disperse() {
	c.cancel()
	c.running.Wait()
}

// scatter ends all clients at once, by cutting their connections, and waits for them.
func (c *crowd) scatter() {
	c.cancel()
	c.trial.totals.CutAll()
	c.running.Wait()
}

// failure returns the first client's failure.
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
	if c.ready.Load()+c.failed.Load() == int64(len(c.clients)) {
		close(c.settled)
	}
}

// expected returns how many deliveries of the window's messages the ready clients should get.
func (c *crowd) expected(w windowMessages) int64 {
	var n int64
	for _, v := range c.clients {
		if v.ready.Load() {
			n += w[v.topic].count
		}
	}
	return n
}

// lost returns how many of them did not come. The clients must have ended.
func (c *crowd) lost(w windowMessages) int64 {
	var n int64
	for _, v := range c.clients {
		if m := w[v.topic]; v.ready.Load() && m.count > 0 {
			n += v.sequence.missing(m.first, m.last)
		}
	}
	return n
}

// client is one virtual client: the sink of its subscription.
type client struct {
	crowd    *crowd
	topic    int
	shard    *shard
	sequence sequence // of its own goroutine, while that runs
	ready    atomic.Bool
}

func (v *client) run(ctx context.Context, s Subscriber) {
	err := s.Subscribe(ctx, v)
	if err != nil {
		v.crowd.note(err)
	}
	switch {
	case !v.ready.Load():
		v.crowd.settle(&v.crowd.failed)
	case err != nil:
		v.crowd.broken.Add(1)
	}
}

// Ready implements transport.Sink: it counts the client, and holds it at the barrier.
func (v *client) Ready(ctx context.Context) error {
	v.ready.Store(true)
	v.crowd.settle(&v.crowd.ready)
	select {
	case <-v.crowd.released:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unit implements transport.Sink.
func (v *client) Unit(u *transport.Unit) {
	if u.Err != nil {
		v.crowd.note(u.Err)
	}
	v.crowd.trial.recorder.unit(v.shard, &v.sequence, u)
}
