package ajaxpoll

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/transport"
)

// RetryPause is how long a long-polling client waits after a poll that failed, so that a server in
// trouble is not asked in a tight loop. Short polling has its interval for that.
const RetryPause = time.Second

// Pace says when poll number tick (from 0) should leave; answered is when the answer to the one
// before it was in, or when the first one may leave. A Pace reads no clock.
type Pace func(tick int, answered clock.Instant) clock.Instant

// Client polls one topic. Each subscription has a connection of its own.
type Client struct {
	Dialer       *transport.Dialer
	Endpoint     transport.Endpoint
	Subscription transport.Subscription
	// Pace makes it short polling. With a nil Pace it is long polling: each poll leaves when the
	// one before it was answered.
	Pace Pace
	// Hold is the wait that a long poll asks for.
	Hold time.Duration
	// KeepAlive keeps the connection between polls. Without it each poll makes its own, and asks the
	// server to close it.
	KeepAlive bool
	// Fields are the header fields of each request, besides Host.
	Fields []exchange.Field
}

// Subscribe polls until ctx is done, and then returns nil. The first poll, which asks for no wait,
// is the subscription: when it fails, Subscribe fails. Later ones that fail are reported as failed
// requests, and polling goes on. It starts no goroutine that outlives the call.
func (c *Client) Subscribe(ctx context.Context, sink transport.Sink) error {
	p := &poller{client: c, sink: sink, after: c.Subscription.After, fields: c.fields()}
	defer p.leave()
	if err := p.poll(ctx, noHold, 0); err != nil {
		return transport.UnlessDone(ctx, fmt.Errorf("poll after %d: %w", p.after, err))
	}
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	c.run(ctx, p)
	return nil
}

// fields returns the header fields of each poll.
func (c *Client) fields() []exchange.Field {
	if c.KeepAlive {
		return c.Fields
	}
	const name = "Connection"
	others := slices.DeleteFunc(slices.Clone(c.Fields), func(f exchange.Field) bool {
		return strings.EqualFold(f.Name, name)
	})
	return append(others, exchange.Field{Name: name, Value: "close"})
}

// run polls until ctx is done.
func (c *Client) run(ctx context.Context, p *poller) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	clk, hold := c.Dialer.Clock, c.Hold.String()
	answered := clk.Now()
	for tick := 0; ; tick++ {
		var scheduled clock.Instant
		if c.Pace != nil {
			scheduled = c.Pace(tick, answered)
			if !sleep(ctx, timer, clk.Until(scheduled)) {
				return
			}
		}
		err := p.poll(ctx, hold, scheduled)
		if ctx.Err() != nil {
			return
		}
		if err != nil && c.Pace == nil && !sleep(ctx, timer, RetryPause) {
			return
		}
		answered = p.unit.Received
	}
}

// noHold is the wait of a poll that is to be answered at once.
const noHold = "0s"

// sleep waits for d and reports whether ctx is still alive.
func sleep(ctx context.Context, timer *time.Timer, d time.Duration) bool {
	if d > 0 {
		timer.Reset(d)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}
