package engine

import (
	"context"
	"sync/atomic"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
)

// joinLead is how much older than its join a joining client's cursor is. A target refuses a cursor beyond what it
// has published, and it may publish late. What a client gets of the time before it joined does not count as
// delivered; its bytes do.
const joinLead = time.Second / 2

// stay is one subscription of a client, from when it comes until it leaves. It is the subscription's sink.
type stay struct {
	client  *client
	planned scenario.Stay
	joins   bool   // it begins in the window
	leaves  bool   // it ends in it
	after   uint64 // the cursor that it begins with
	last    uint64 // the last message that fell due before it leaves, if it does
	account account

	ready   atomic.Bool
	leaving atomic.Bool
	got     atomic.Uint64      // the last message that it has
	end     context.CancelFunc // of the subscription, if it leaves
	origin  clock.Instant      // that its polls count from, once it is ready
}

// run subscribes, and stays until it is time to leave or ctx ends.
func (s *stay) run(ctx context.Context) {
	c, g := s.client.crowd, s.client.group
	g.asked.Add(1)
	subscribed := ctx
	if s.leaves { // a context of its own takes half a kilobyte, and the others end together
		subscribed, s.end = context.WithCancel(ctx)
		defer s.end()
	}
	if s.joins {
		defer s.schedule()()
	} else if s.leaves {
		context.AfterFunc(c.released, func() { context.AfterFunc(subscribed, s.schedule()) })
	}
	s.client.connecting = true
	err := s.client.subscriber(s.after, func() clock.Instant { return s.origin }).Subscribe(subscribed, s)
	s.client.release()
	if err != nil {
		c.note(err)
	}
	switch {
	case !s.ready.Load():
		c.settle(&g.failed)
	case err != nil:
		g.broken.Add(1)
	case ctx.Err() == nil:
		g.left.Add(1)
	}
}

// Ready implements transport.Sink: it counts the client. One that is there from the beginning is held at the
// barrier, unless it has to answer pings meanwhile; one that joins learns from when on its latencies count.
func (s *stay) Ready(ctx context.Context) error {
	c := s.client.crowd
	s.ready.Store(true)
	s.client.connecting = false
	s.client.release()
	c.settle(&s.client.group.ready)
	if s.joins {
		s.account.accepted = c.trial.clock.Now()
		s.origin = firstPlace(c.trial.scenario, c.origin, s.client.phase, s.account.accepted)
		s.leaveIfDone()
		return nil
	}
	if s.client.group.transport == scenario.WebSocket {
		return nil
	}
	select {
	case <-c.released.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	s.origin = c.origin
	return nil
}

// schedule sees that the stay ends: once it is time to leave and all is there, or what is not cannot come any more.
// Nothing is done after stop. The window must be known.
func (s *stay) schedule() (stop func()) {
	if !s.leaves {
		return func() {}
	}
	t := s.client.crowd.trial
	wait := t.clock.Until(t.recorder.window.Load().start.Add(s.planned.Until))
	leave := time.AfterFunc(wait, func() { s.leaving.Store(true); s.leaveIfDone() })
	giveUp := time.AfterFunc(wait+s.client.group.worstDelay(t.scenario)+drainMargin, s.end)
	return func() { leave.Stop(); giveUp.Stop() }
}

// leaveIfDone ends the stay if it is time and all that fell due before is there.
func (s *stay) leaveIfDone() {
	if s.leaving.Load() && s.ready.Load() && s.got.Load() >= s.last {
		s.end()
	}
}

// Unit implements transport.Sink. A message that outruns the answer which says when the schedule began waits for it: only
// then is it known what it counts for.
func (s *stay) Unit(u *transport.Unit) {
	c := s.client.crowd
	if len(u.Messages) > 0 && c.trial.recorder.window.Load() == nil {
		select {
		case <-c.released.Done():
		case <-c.over:
		}
	}
	if u.Err != nil {
		c.note(u.Err)
	}
	c.trial.recorder.unit(s.client.shard, &s.account, u)
	if s.leaves {
		s.got.Store(s.account.sequence.next - 1)
		s.leaveIfDone()
	}
}
