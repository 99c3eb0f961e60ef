package engine

import (
	"context"
	"sync"
	"time"

	"pollpush/pkg/metrics"
)

// share is a worker's clients through the phases of their trial. It is a trial whose target, schedule and
// phases are another process's business.
type share struct {
	trial    *trial
	due      windowMessages
	beside   sync.WaitGroup // what release started
	measured chan struct{}  // closed when the window is over
}

// connect brings the clients to the ready barrier.
func (s *share) connect(ctx context.Context, ends []uint64, r *Readiness) error {
	t := s.trial
	began := t.clock.Now()
	defer frugally()()
	t.crowd.gather(ctx, ends)
	timeout := time.NewTimer(connectTimeout(t.scenario, t.groups))
	defer timeout.Stop()
	select {
	case <-t.crowd.settled:
	case <-timeout.C:
		r.Late = true
	case <-ctx.Done():
		return ctx.Err()
	}
	t.connected = t.clock.Now().Sub(began)
	t.crowd.begin()
	r.Ready = int(t.crowd.ready())
	if err := t.crowd.failure(); err != nil {
		r.Failure = err.Error()
	}
	return nil
}

// release starts to measure, and lets the clients go.
func (s *share) release(ctx context.Context, q ReleaseOrder) {
	t := s.trial
	t.packets.ready = t.packets.sample()
	w := window{start: q.Start, end: q.End}
	t.recorder.window.Store(&w)
	s.beside.Go(func() { t.beats = heartbeat(ctx, t.clock, w, &t.lag) })
	s.beside.Go(func() { defer close(s.measured); s.measure(ctx, w) })
	t.crowd.release(q.Origin)
}

// measure reads what this process uses at the window's edges.
func (s *share) measure(ctx context.Context, w window) {
	t := s.trial
	if t.until(ctx, w.start) != nil {
		return
	}
	t.packets.start = t.packets.sample()
	t.ownStart = metrics.ProcessCPU()
	if t.until(ctx, w.end) != nil {
		return
	}
	t.ownEnd = metrics.ProcessCPU()
	t.packets.end = t.packets.sample()
	t.generator = ownProcess(t.ownEnd.Sub(t.ownStart))
}

// drain waits until all that fell due has arrived, or as long as that may take.
func (s *share) drain(ctx context.Context, due Due) error {
	t := s.trial
	select {
	case <-s.measured:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.expect(due)
	return t.await(ctx, s.due, t.clock.Now().Add(worstDelay(t.scenario, t.groups)+drainMargin))
}

func (s *share) expect(due Due) {
	s.due = due.messages()
	s.trial.recorded = true
}

// finish closes all connections in order.
func (s *share) finish() Account {
	t := s.trial
	t.crowd.disperse()
	s.beside.Wait()
	t.packets.over = t.packets.sample()
	t.complete = true
	return t.account(s.due)
}

// cut ends everything at once; ctx of the other methods has ended.
func (s *share) cut(q CutOrder) Account {
	t := s.trial
	t.cutAt(q.At)
	t.crowd.scatter()
	s.beside.Wait()
	if q.Due != nil {
		s.expect(*q.Due)
	}
	return t.account(s.due)
}

// messages are the runs as this package counts them.
func (d Due) messages() windowMessages {
	w := make(windowMessages, len(d))
	for i, run := range d {
		w[i] = topicMessages{first: run.First, due: run.Due}
	}
	return w
}

// runs are the messages on their way to another process.
func (w windowMessages) runs() Due {
	d := make(Due, len(w))
	for i, m := range w {
		d[i] = Run{m.first, m.due}
	}
	return d
}
