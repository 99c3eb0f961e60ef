package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// span is where in a trial something completed.
type span int

const (
	setup  span = iota // before all clients were ready
	steady             // in the window
	other              // warm-up, drain, closing
	spans
)

// window is the part of a trial that counts: [start, end). When it was set, the target's clock was so
// far ahead of ours.
type window struct {
	start, end clock.Instant
	ahead      time.Duration
}

func (w window) contains(i clock.Instant) bool { return w.start <= i && i < w.end }

// containsDue reports whether a message that falls due at an instant of the target's clock counts. The
// answer is always the same, whatever has been learnt of that clock since.
func (w window) containsDue(i clock.Instant) bool { return w.contains(i.Add(-w.ahead)) }

// recorder takes what all virtual clients of a trial bring. Its shards are locked apart; a client
// always uses the same one.
type recorder struct {
	window atomic.Pointer[window] // nil until the clients are ready
	clocks clocks
	shards []*shard
}

// shard is one worker's share of the figures.
type shard struct {
	mu sync.Mutex
	tally
}

// tally is what is counted about deliveries.
type tally struct {
	ledgers    [spans]wire.Ledger
	latency    *metrics.Histogram
	pollLag    *metrics.Histogram
	delivered  int64
	duplicated int64
	reordered  int64
	missed     int64 // the server said so
}

func newTally() tally {
	return tally{latency: metrics.NewHistogram(), pollLag: metrics.NewHistogram()}
}

// add adds what o counted.
func (t *tally) add(o *tally) {
	for i := range t.ledgers {
		t.ledgers[i] = t.ledgers[i].Add(o.ledgers[i])
	}
	t.latency.Merge(o.latency)
	t.pollLag.Merge(o.pollLag)
	t.delivered += o.delivered
	t.duplicated += o.duplicated
	t.reordered += o.reordered
	t.missed += o.missed
}

// total is the sum of the ledgers.
func (t *tally) total() wire.Ledger {
	var sum wire.Ledger
	for _, l := range t.ledgers {
		sum = sum.Add(l)
	}
	return sum
}

func newRecorder(shards int) *recorder {
	r := &recorder{shards: make([]*shard, shards)}
	for i := range r.shards {
		r.shards[i] = &shard{tally: newTally()}
	}
	return r
}

// spanOf tells where in the trial an instant lies.
func (r *recorder) spanOf(i clock.Instant) span {
	w := r.window.Load()
	switch {
	case w == nil:
		return setup
	case w.contains(i):
		return steady
	default:
		return other
	}
}

// unit books one unit of a client that keeps account in seq.
func (r *recorder) unit(s *shard, seq *sequence, u *transport.Unit) {
	at := r.spanOf(u.Received)
	w := r.window.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledgers[at] = s.ledgers[at].Add(u.Cost)
	s.missed += int64(u.Missed)
	if w == nil {
		return
	}
	received := u.Received.Add(r.clocks.ahead()) // on the target's clock, as due times are
	if w.contains(u.Scheduled) {
		s.pollLag.Record(u.Left.Sub(u.Scheduled))
	}
	for _, m := range u.Messages {
		kind := seq.take(m.Seq)
		if !w.containsDue(m.Due) {
			continue
		}
		if kind == duplicated {
			s.duplicated++
			continue
		}
		if kind == reordered {
			s.reordered++
		}
		s.delivered++
		s.latency.Record(received.Sub(m.Due))
	}
}

// sum returns what has been counted so far.
func (r *recorder) sum() tally {
	sum := newTally()
	for _, s := range r.shards {
		s.mu.Lock()
		sum.add(&s.tally)
		s.mu.Unlock()
	}
	return sum
}

// delivered returns how many messages of the window have arrived so far.
func (r *recorder) delivered() int64 {
	var n int64
	for _, s := range r.shards {
		s.mu.Lock()
		n += s.tally.delivered
		s.mu.Unlock()
	}
	return n
}
