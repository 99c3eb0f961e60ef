package engine

import (
	"context"
	"errors"
	"time"

	"pollpush/internal/admin"
	"pollpush/pkg/clock"
)

// publishedStep is the time between two looks at how far a target's publication is.
const publishedStep = 10 * drainStep

// publication is what is known of what a target publishes.
type publication struct {
	publishing bool // it was started
	published  admin.Published
	recorded   bool // published is all that it published
}

// awaitPublished waits until the schedule is through, and asks then for what was published. Until then it asks no
// more than how far that is: latencies are still being measured, and the record is large. A publication that
// somebody stopped is an error.
func (p *publication) awaitPublished(ctx context.Context, target *admin.Client, clk clock.Clock, deadline clock.Instant) error {
	tick := time.NewTicker(publishedStep)
	defer tick.Stop()
	for {
		progress, err := target.Progress(ctx)
		switch {
		case err != nil:
			return err
		case progress.Stopped:
			return errors.New("somebody stopped the target's schedule before it was through")
		case progress.Done:
			return p.record(ctx, target)
		case clk.Now() > deadline:
			return errors.New("the target did not get through its schedule")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unpublish stops the schedule, and asks what was published of it.
func (p *publication) unpublish(ctx context.Context, target *admin.Client) {
	if !p.publishing || p.recorded || target.Unpublish(ctx) != nil {
		return
	}
	_ = p.record(ctx, target) // what was published is not known, then
}

// record asks what was published.
func (p *publication) record(ctx context.Context, target *admin.Client) (err error) {
	p.published, err = target.Published(ctx)
	p.recorded = err == nil
	return err
}
