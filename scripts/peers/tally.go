package main

import (
	"sync"
	"sync/atomic"
	"time"

	"pollpush/pkg/metrics"
)

// tally is what all clients of a trial got. It is split, so that they seldom meet.
type tally struct {
	from   atomic.Int64 // the instant from which messages that are due count
	shards [8]*shard
}

// shard is a part of the clients' share of it.
type shard struct {
	mu               sync.Mutex
	delivered, wrong int64
	latency          *metrics.Histogram
}

func newTally() *tally {
	t := new(tally)
	for i := range t.shards {
		t.shards[i] = &shard{latency: metrics.NewHistogram()}
	}
	return t
}

// shard returns that of client i.
func (t *tally) shard(i int) *shard { return t.shards[i%len(t.shards)] }

// take books a message. Out of order is wrong whenever it was due.
func (s *shard) take(counts, inOrder bool, late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !inOrder {
		s.wrong++
	}
	if counts {
		s.delivered++
		s.latency.Record(late)
	}
}

func (t *tally) delivered() int64 {
	var n int64
	for _, s := range t.shards {
		s.mu.Lock()
		n += s.delivered
		s.mu.Unlock()
	}
	return n
}

// report puts the sum into r. The clients must have ended.
func (t *tally) report(r *serverRun) {
	all := metrics.NewHistogram()
	for _, s := range t.shards {
		all.Merge(s.latency)
		r.Delivered += s.delivered
		r.Wrong += s.wrong
	}
	r.Latency = latency{
		Of:   "delivery latency",
		Mean: ms(all.Mean()), P50: ms(all.Percentile(50)), P99: ms(all.Percentile(99)), Max: ms(all.Max()),
	}
}
