package target

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
)

// errBusy says that a publication is still under way.
var errBusy = errors.New("a publication is under way: wait until it is done")

// publisher appends messages to the feed as a schedule says: at the due time, or late, but never
// not at all. It runs one publication at a time.
type publisher struct {
	feed       *feed.Feed
	clock      clock.Clock
	maxMessage int
	published  func(lag time.Duration)

	running sync.WaitGroup
	mu      sync.Mutex
	latest  admin.Published
	busy    bool
	cancel  context.CancelFunc // of the one under way
	ended   chan struct{}      // closed when that has ended
}

// start begins a publication that goes on until its schedule is through or ctx ends.
func (p *publisher) start(ctx context.Context, r admin.PublicationRequest) (clock.Instant, error) {
	if err := p.check(r); err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		return 0, errBusy
	}
	p.busy = true
	ctx, p.cancel = context.WithCancel(ctx)
	p.ended = make(chan struct{})
	p.latest = admin.Published{}
	origin := p.origin(r)
	p.running.Go(func() { p.run(ctx, origin, r) })
	return origin, nil
}

func (p *publisher) check(r admin.PublicationRequest) error {
	s := r.Schedule
	switch {
	case r.PayloadBytes < feed.MinPayload || r.PayloadBytes > p.maxMessage:
		return fmt.Errorf("payload_bytes %d: want %d to %d", r.PayloadBytes, feed.MinPayload, p.maxMessage)
	case s.Topics < 1 || s.Topics > p.feed.Topics():
		return fmt.Errorf("topics %d: there are %d", s.Topics, p.feed.Topics())
	case !slices.Contains(scenario.AllArrivals(), s.Arrivals):
		return fmt.Errorf("arrivals %q: want %s, %s or %s", s.Arrivals, scenario.Fixed, scenario.Poisson, scenario.Burst)
	case s.Arrivals == scenario.Burst && (s.Burst < 1 || s.Burst > scenario.MaxBurst):
		return fmt.Errorf("burst %d: want 1 to %d", s.Burst, scenario.MaxBurst)
	case !(s.Rate > 0):
		return fmt.Errorf("rate %v: want more than 0", s.Rate)
	case s.Length <= 0 || s.Length > 2*scenario.MaxSpan:
		return fmt.Errorf("length_ns %d: want more than 0 and at most %d", s.Length, 2*scenario.MaxSpan)
	case s.Rate*float64(s.Topics)*s.Length.Seconds() > scenario.MaxMessages:
		return fmt.Errorf("the schedule has more than %d messages", scenario.MaxMessages)
	case r.In < 0 || r.In > time.Hour:
		return fmt.Errorf("in_ns %d: want 0 to an hour", r.In)
	case r.At != 0 && r.At.Sub(p.clock.Now()).Abs() > time.Hour:
		return fmt.Errorf("at_ns %d: want an instant within an hour of now, %d", r.At, p.clock.Now())
	case r.At != 0 && r.In != 0:
		return errors.New("in_ns and at_ns contradict each other: name one")
	}
	return nil
}

// origin is when a publication begins.
func (p *publisher) origin(r admin.PublicationRequest) clock.Instant {
	if r.At != 0 {
		return r.At
	}
	return p.clock.Now().Add(r.In)
}

func (p *publisher) run(ctx context.Context, origin clock.Instant, r admin.PublicationRequest) {
	through := p.runThrough(ctx, origin, r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel()
	close(p.ended)
	p.busy, p.latest.Done, p.latest.Stopped = false, true, !through
}

// runThrough publishes the schedule, and reports whether it came to its end.
func (p *publisher) runThrough(ctx context.Context, origin clock.Instant, r admin.PublicationRequest) bool {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for arrival := range r.Schedule.All() {
		due := origin.Add(arrival.Due)
		if wait := p.clock.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return false
			}
		}
		if ctx.Err() != nil || !p.publish(arrival.Topic, due, r.PayloadBytes) {
			return false
		}
	}
	return true
}

func (p *publisher) publish(topic int, due clock.Instant, size int) bool {
	now := p.clock.Now() // before it is appended: that wakes the readers, which takes time of its own
	message, err := p.feed.Topic(topic).Publish(due, size)
	if err != nil {
		return false // start checked all that can be wrong
	}
	p.published(now.Sub(due))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest.Records = append(p.latest.Records,
		admin.Record{Topic: topic, Seq: message.Seq, Due: due, Published: now})
	return true
}

// record returns what the latest publication has published so far. The records are only ever
// appended to, so the slice may be read while the publication goes on.
func (p *publisher) record() admin.Published {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latest
}

// stop ends the publication that is under way, and waits until it has.
func (p *publisher) stop() {
	p.mu.Lock()
	busy, cancel, ended := p.busy, p.cancel, p.ended
	p.mu.Unlock()
	if busy {
		cancel()
		<-ended
	}
}

// wait waits until nothing is being published any more.
func (p *publisher) wait() { p.running.Wait() }
