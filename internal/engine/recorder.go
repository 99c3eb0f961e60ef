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
// always uses the same one, of its group.
type recorder struct {
	window atomic.Pointer[window] // nil until the clients are ready
	clocks clocks
	shards [][]*shard // by group
}

// shard is one worker's share of the figures.
type shard struct {
	mu sync.Mutex
	tally
	timeline timeline
}

// account is what a subscription is owed, and what it has got. It belongs to the client's goroutine while that
// runs.
type account struct {
	sequence    sequence
	from, until time.Duration // of the window: the messages that it is owed fall due in [from, until)
	accepted    clock.Instant // what fell due before has no latency
}

func (a *account) owes(due time.Duration) bool { return a.from <= due && due < a.until }

// tally is what is counted about deliveries.
type tally struct {
	ledgers    [spans]wire.Ledger
	latency    *metrics.Histogram
	pollLag    *metrics.Histogram
	delivered  int64
	duplicated int64
	reordered  int64
	joinedLate int64 // of those delivered, what fell due before the client was accepted
	missed     int64 // the server said so
}

func newTally() tally {
	return tally{latency: metrics.NewHistogram(), pollLag: metrics.NewHistogram()}
}

// add adds what o counted.
func (t *tally) add(o *tally) {
	for i := range t.ledgers {
		t.ledgers[i].Book(&o.ledgers[i])
	}
	t.latency.Merge(o.latency)
	t.pollLag.Merge(o.pollLag)
	t.delivered += o.delivered
	t.duplicated += o.duplicated
	t.reordered += o.reordered
	t.joinedLate += o.joinedLate
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

// newRecorder returns a recorder for a number of groups and a window of that length.
func newRecorder(groups int, window time.Duration) *recorder {
	r := &recorder{shards: make([][]*shard, groups)}
	for i := range r.shards {
		for range (shardCount() + groups - 1) / groups {
			r.shards[i] = append(r.shards[i], &shard{tally: newTally(), timeline: newTimeline(window)})
		}
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

// unit books one unit of a client whose account is a.
func (r *recorder) unit(s *shard, a *account, u *transport.Unit) {
	at := r.spanOf(u.Received)
	w := r.window.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledgers[at].Book(&u.Cost)
	s.missed += int64(u.Missed)
	if w == nil {
		return
	}
	received := u.Received.Add(r.clocks.ahead()) // on the target's clock, as due times are
	if w.contains(u.Scheduled) {
		s.pollLag.Record(u.Left.Sub(u.Scheduled))
	}
	for _, m := range u.Messages {
		kind := a.sequence.take(m.Seq)
		if due := m.Due.Add(-w.ahead); w.contains(due) && a.owes(due.Sub(w.start)) {
			s.deliver(w, kind, due, due < a.accepted, received.Sub(m.Due))
		}
	}
}

// deliver books a message of the window.
func (s *shard) deliver(w *window, kind arrival, due clock.Instant, late bool, latency time.Duration) {
	if kind == duplicated {
		s.duplicated++
		return
	}
	if kind == reordered {
		s.reordered++
	}
	slice := s.timeline.at(w, due)
	s.delivered++
	slice.Delivered++
	if late {
		s.joinedLate++
		return
	}
	s.latency.Record(latency)
	slice.record(latency)
}

// each calls do with each shard, locked.
func (r *recorder) each(do func(*shard)) {
	for group := range r.shards {
		r.eachOf(group, do)
	}
}

// eachOf calls do with each shard of a group, locked.
func (r *recorder) eachOf(group int, do func(*shard)) {
	for _, s := range r.shards[group] {
		s.mu.Lock()
		do(s)
		s.mu.Unlock()
	}
}

// sum returns what has been counted so far.
func (r *recorder) sum() tally {
	sum := newTally()
	r.each(func(s *shard) { sum.add(&s.tally) })
	return sum
}

// sumOf returns what has been counted of a group so far.
func (r *recorder) sumOf(group int) tally {
	sum := newTally()
	r.eachOf(group, func(s *shard) { sum.add(&s.tally) })
	return sum
}

// delivered returns how many messages of the window have arrived so far.
func (r *recorder) delivered() int64 {
	var n int64
	r.each(func(s *shard) { n += s.tally.delivered })
	return n
}
