package trace

import (
	"context"
	"sync"
	"sync/atomic"

	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// The phases as indices.
const (
	phaseSetUp = iota
	phaseSteady
	phaseClosing
	phaseCount
)

// sink takes what the client brings, and keeps its books by phase.
type sink struct {
	want     int
	ready    chan struct{} // closed when the subscription was accepted
	released chan struct{} // closed when origin is known
	arrived  chan struct{} // closed when all messages are there, or one request has failed
	origin   clock.Instant
	phase    atomic.Int32

	mu     sync.Mutex
	booked [phaseCount]wire.Ledger
	got    int
	done   bool
	failed error // the first request that failed
}

func newSink(want int) *sink {
	return &sink{want: want, ready: make(chan struct{}), released: make(chan struct{}), arrived: make(chan struct{})}
}

// Ready implements transport.Sink: what comes from now on is no set-up any more.
func (s *sink) Ready(ctx context.Context) error {
	s.phase.Store(phaseSteady)
	close(s.ready)
	select {
	case <-s.released:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release lets the client go on: the messages count from origin.
func (s *sink) release(origin clock.Instant) {
	s.origin = origin
	close(s.released)
}

// Unit implements transport.Sink.
func (s *sink) Unit(u *transport.Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	phase := s.phase.Load()
	s.booked[phase] = s.booked[phase].Add(u.Cost)
	s.got += len(u.Messages)
	if u.Err != nil && s.failed == nil && phase != phaseClosing {
		s.failed = u.Err
	}
	if !s.done && (s.got >= s.want || s.failed != nil) {
		s.done = true
		close(s.arrived)
	}
}

func (s *sink) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// total returns all that was booked.
func (s *sink) total() wire.Ledger {
	var l wire.Ledger
	for _, b := range s.booked {
		l = l.Add(b)
	}
	return l
}
