package engine

import (
	"math"
	"testing"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// A delivery costs no allocation once its slice has had one: the generator is not to be slower the longer it runs.
func TestRecordingAllocatesNothing(t *testing.T) {
	r := newRecorder(1, time.Minute)
	r.window.Store(&window{start: 0, end: clock.Instant(time.Minute)})
	a := &account{sequence: newSequence(0), from: math.MinInt64, until: math.MaxInt64, accepted: math.MinInt64}
	u := &transport.Unit{Messages: make([]feed.Message, 1)}
	shard, seq := r.shards[0][0], uint64(0)
	deliver := func() {
		seq++
		due := clock.Instant(seq * uint64(time.Millisecond))
		u.Messages[0], u.Received = feed.Message{Seq: seq, Due: due}, due.Add(time.Millisecond)
		r.unit(shard, a, u)
	}
	for range 2 {
		deliver()
	}
	if allocs := testing.AllocsPerRun(900, deliver); allocs != 0 { // all within the first slice
		t.Errorf("%v allocations for each delivery", allocs)
	}
	if n := shard.timeline.slices[0].Delivered; n != 903 || shard.timeline.slices[1].Latency != nil {
		t.Errorf("%d deliveries in the first slice", n)
	}
}
