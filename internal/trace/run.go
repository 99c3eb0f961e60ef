package trace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/build"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// Bounds and margins of a trace.
const (
	lead    = 100 * time.Millisecond // from the subscription to the first message
	linger  = 100 * time.Millisecond // after the last message, so that the next poll is out
	margin  = 10 * time.Second       // beyond when the last message should be here
	cleanup = time.Second            // for stopping a publication that nobody waits for any more
)

// Config is what to trace. Its scenario is not part of it but made from it, so that a trace polls as
// a run does.
type Config struct {
	Settings
	Launch engine.Launch
	// Headers is the profile of the requests, with its cookie.
	Headers headers.Profile
	// Dial opens connections; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Clock stamps what crosses. The zero value means a clock of its own.
	Clock clock.Clock
}

// Scenario returns the run that a trace is a small piece of: one client, one topic, and a window in
// which exactly the messages fall due.
func (s Settings) Scenario() scenario.Scenario {
	n := scenario.Default()
	n.Transports = []scenario.Transport{s.Transport}
	n.Clients, n.Topics, n.Rate, n.PayloadBytes = 1, 1, s.Rate, s.PayloadBytes
	n.PollInterval, n.Hold, n.KeepAlive, n.TLS = s.PollInterval, s.Hold, s.KeepAlive, s.TLS
	n.Headers, n.CookieBytes = s.Headers, s.CookieBytes
	n.Warmup, n.Duration = 0, time.Duration(float64(s.Messages)/s.Rate*float64(time.Second))
	return n
}

// Run launches a target, follows it with one client until all messages are there, and ends both in
// order. The error says why there is no trace; what is wrong with one that there is, is in it.
func Run(ctx context.Context, c Config) (*Trace, error) {
	target, err := c.Launch(ctx)
	if err != nil {
		return nil, err
	}
	if c.Clock.IsZero() {
		c.Clock = clock.New()
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	r := &run{config: c, target: target, recorder: &recorder{clock: c.Clock, dial: c.Dial}}
	if err := r.follow(ctx); err != nil {
		target.Kill()
		if ctx.Err() != nil {
			return nil, errors.New("interrupted")
		}
		return nil, err
	}
	target.Stop()
	return r.trace(), nil
}

// run is one trace being made.
type run struct {
	config   Config
	target   *engine.Target
	recorder *recorder
	sink     *sink
	over     int // the place of the last thing recorded when the subscription was ended
}

// follow subscribes, has the messages published, and waits for them and for the end.
func (r *run) follow(ctx context.Context) error {
	if err := r.target.Admin.Check(ctx); err != nil {
		return err
	}
	ends, err := r.target.Admin.Topics(ctx, 1)
	if err != nil {
		return err
	}
	r.sink = newSink(r.config.Messages)
	subscriber := engine.Subscription{
		Subscription: transport.Subscription{After: ends[0]},
		Dialer: &transport.Dialer{
			Dial: r.recorder.Dial, Clock: r.config.Clock, Totals: &wire.Totals{},
			TLS: r.target.ClientTLS(false, false),
		},
		Endpoint: r.target.Endpoint,
		Fields:   engine.Fields(r.config.Headers, r.config.Scenario(), r.config.Transport, r.target.Endpoint),
		Scenario: r.config.Scenario(),
		Phase:    0.5, // as far from a message as can be, where the interval is that of the messages
		Origin:   func() clock.Instant { return r.sink.origin },
	}
	if subscriber.Dialer.TLS != nil {
		subscriber.Dialer.Tap = r.recorder.Tap
	}
	// What ends the trace does not end the client: it is always ended in order.
	client, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	ended := make(chan error, 1)
	r.recorder.start = r.config.Clock.Now()
	go func() { ended <- subscriber.Subscriber(r.config.Transport).Subscribe(client, r.sink) }()

	running, err := r.await(ctx, ended)
	r.over = r.recorder.sofar()
	r.sink.phase.Store(phaseClosing)
	cancel()
	if running {
		err = errors.Join(err, <-ended)
	}
	return err
}

// await waits for the subscription, has the messages published, and waits for all of them. It
// reports whether the client still runs.
func (r *run) await(ctx context.Context, ended <-chan error) (running bool, err error) {
	select {
	case <-r.sink.ready:
	case err := <-ended:
		return false, err
	case <-r.target.Exited:
		return true, errTargetEnded
	case <-ctx.Done():
		return true, ctx.Err()
	}
	offset, err := engine.CompareClocks(ctx, r.target.Admin, r.config.Clock)
	if err != nil {
		return true, err
	}
	lead := lead + 4*offset.Error // from far away, an answer takes a while
	schedule := r.config.Scenario().Schedule(1)
	started, err := r.target.Admin.Publish(ctx, admin.PublicationRequest{
		Schedule: schedule, In: lead, PayloadBytes: r.config.PayloadBytes,
	})
	if err != nil {
		return true, err
	}
	r.sink.release(started.Origin.Add(-offset.Ahead))
	running, err = r.collect(ctx, ended, lead+schedule.Length+r.config.PollInterval+margin)
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
		defer cancel()
		_ = r.target.Admin.Unpublish(ctx) // it is not the error that counts
	}
	return running, err
}

var errTargetEnded = errors.New("the target ended in the middle of the trace")

// collect waits until all messages are there, and a little longer.
func (r *run) collect(ctx context.Context, ended <-chan error, patience time.Duration) (running bool, err error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for arrived := r.sink.arrived; ; {
		select {
		case <-arrived:
			arrived = nil
			timeout.Reset(linger)
		case <-timeout.C:
			if arrived == nil {
				return true, r.sink.failure()
			}
			return true, fmt.Errorf("only %d of %d messages came within %s", r.sink.count(), r.config.Messages, patience.Round(time.Second))
		case err := <-ended:
			return false, errors.Join(err, r.sink.failure())
		case <-r.target.Exited:
			return true, errTargetEnded
		case <-ctx.Done():
			return true, ctx.Err()
		}
	}
}

// trace takes what was recorded apart, and adds it up.
func (r *run) trace() *Trace {
	t := &Trace{
		Schema: Schema, Tool: build.Read(), Settings: r.config.Settings,
		Booked: r.sink.total(), Differences: []string{},
	}
	p := newParser(r.config.Transport, r.over)
	for i, c := range r.recorder.connections {
		p.connection(i+1, c)
	}
	t.Steps = p.inOrder()
	t.sum(p, r.recorder.connections, r.sink)
	t.Summary = t.summary(p.steady)
	return t
}
