package fanout_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// plain leaves messages as they are, and counts how many it was given.
type plain struct{ encoded atomic.Int64 }

func (p *plain) Message(m feed.Message) ([]byte, error) {
	p.encoded.Add(1)
	return m.Raw, nil
}

func (p *plain) Gap(g feed.Gap) ([]byte, error) { return feed.AppendGap(nil, g), nil }

// sink keeps the sequence numbers of what it gets; those of gaps are negative.
type sink struct {
	mu   sync.Mutex
	got  []int64
	send func() error // before it is kept; nil for nothing
	cut  atomic.Int64
	end  func()
}

func (s *sink) Send(unit []byte) error {
	if s.send != nil {
		if err := s.send(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, ok := feed.DecodeGap(unit); ok {
		s.got = append(s.got, -int64(g.Missed))
		return nil
	}
	m, err := feed.Decode(unit)
	s.got = append(s.got, int64(m.Seq))
	return err
}

func (s *sink) Cut() { s.cut.Add(1) }

func (s *sink) End() { s.end() }

func (s *sink) all() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// hall is a pool with one topic.
type hall struct {
	*fanout.Pool
	log      *feed.Log
	encoding plain
	counters transport.Counters
}

func newHall(tb testing.TB, limits feed.Limits) *hall {
	tb.Helper()
	f := feed.New(limits)
	if err := f.Grow(1); err != nil {
		tb.Fatal(err)
	}
	return &hall{Pool: fanout.New(), log: f.Topic(0)}
}

func (h *hall) reader(after uint64, s fanout.Sink) *fanout.Reader {
	r := &fanout.Reader{Log: h.log, After: after, Encoding: &h.encoding, Sink: s, Counters: &h.counters}
	h.Add(r)
	return r
}

func (h *hall) publish(tb testing.TB, n int) {
	tb.Helper()
	for range n {
		if _, err := h.log.Publish(0, feed.MinPayload); err != nil {
			tb.Fatal(err)
		}
	}
}

// upTo returns the sequence numbers from first to last.
func upTo(first, last int64) (numbers []int64) {
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

// A thousand readers get every message once and in order, many at a time as well, and a message is encoded
// once for all of them.
func TestEveryReaderGetsEveryMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{})
		h.publish(t, 3)
		var sinks []*sink
		for range 1000 {
			sinks = append(sinks, &sink{})
			h.reader(2, sinks[len(sinks)-1])
		}
		synctest.Wait()
		for range 10 {
			h.publish(t, 1)
			synctest.Wait()
		}
		if n := h.encoding.encoded.Load(); n != 11 {
			t.Errorf("11 messages were encoded %d times", n)
		}
		h.publish(t, 107)
		synctest.Wait()
		for i, s := range sinks {
			if got, want := s.all(), upTo(3, 120); !slices.Equal(got, want) {
				t.Fatalf("reader %d got %v, want %v", i, got, want)
			}
		}
		if n := h.counters.Sent.Load(); n != 118_000 {
			t.Errorf("%d were counted, want 118000", n)
		}
	})
}

// A reader behind the tail is told what it missed, and both are counted.
func TestReadersAreToldOfGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{Messages: 2})
		h.publish(t, 5)
		behind, there := &sink{}, &sink{}
		h.reader(1, behind)
		h.reader(3, there)
		synctest.Wait()
		if got := behind.all(); !slices.Equal(got, []int64{-2, 4, 5}) {
			t.Errorf("got %v, want a gap of 2, 4 and 5", got)
		}
		if got := there.all(); !slices.Equal(got, []int64{4, 5}) {
			t.Errorf("got %v, want 4 and 5", got)
		}
		if sent, missed := h.counters.Sent.Load(), h.counters.Missed.Load(); sent != 4 || missed != 2 {
			t.Errorf("%d sent and %d missed were counted, want 4 and 2", sent, missed)
		}
	})
}

// Readers that do not drain hold up neither the publisher nor, for long, the others, however many they are;
// the second time they do not hold them up at all; and they get everything when they do drain.
func TestSlowReadersHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{})
		drained := make(chan struct{})
		var slow []*sink
		for range 1000 {
			s := &sink{send: func() error { <-drained; return nil }}
			slow = append(slow, s)
			h.reader(0, s)
		}
		quick := &sink{}
		h.reader(0, quick)
		synctest.Wait()
		began := time.Now()
		h.publish(t, 10)
		if took := time.Since(began); took != 0 {
			t.Errorf("publishing took %v", took)
		}
		time.Sleep(250 * time.Millisecond) // ten doublings
		synctest.Wait()
		if got := quick.all(); !slices.Equal(got, upTo(1, 10)) {
			t.Errorf("the quick one got %v after 250 ms", got)
		}
		close(drained)
		synctest.Wait()
		for _, s := range slow {
			if got := s.all(); !slices.Equal(got, upTo(1, 10)) {
				t.Fatalf("a slow one got %v", got)
			}
		}
		last := &sink{}
		h.reader(10, last)
		synctest.Wait()
		drained = make(chan struct{})
		h.publish(t, 1)
		synctest.Wait()
		if got := last.all(); !slices.Equal(got, []int64{11}) {
			t.Errorf("the last one got %v at once the second time", got)
		}
		close(drained)
		synctest.Wait()
	})
}

// A slow reader stays one through a turn in which there is nothing to write. It gets such a turn when a message
// is published while its writer waits: the writer takes that along, and the reader is queued once more.
func TestATurnWithoutAMessageDoesNotMakeAReaderQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{})
		drained := make(chan struct{})
		for range 100 {
			h.reader(0, &sink{send: func() error { <-drained; return nil }})
		}
		h.publish(t, 1)
		time.Sleep(time.Second) // until each holds a writer up
		h.publish(t, 1)
		synctest.Wait()
		close(drained)
		synctest.Wait()
		last := &sink{}
		h.reader(2, last)
		synctest.Wait()
		drained = make(chan struct{})
		h.publish(t, 1)
		synctest.Wait()
		if got := last.all(); !slices.Equal(got, []int64{3}) {
			t.Errorf("the last one got %v at once", got)
		}
		close(drained)
		synctest.Wait()
	})
}

// A reader that cannot be written to is cut and gets nothing more; one that has ended is left alone.
func TestReadersThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{})
		broken, ended := &sink{send: func() error { return errors.New("broken") }}, &sink{send: func() error { return fanout.ErrEnded }}
		quick := &sink{}
		readers := []*fanout.Reader{h.reader(0, broken), h.reader(0, ended), h.reader(0, quick)}
		for range 3 {
			h.publish(t, 1)
			synctest.Wait()
		}
		if broken.cut.Load() != 1 || ended.cut.Load() != 0 || quick.cut.Load() != 0 {
			t.Errorf("cut %d, %d and %d times, want 1, 0 and 0", broken.cut.Load(), ended.cut.Load(), quick.cut.Load())
		}
		if got := quick.all(); !slices.Equal(got, upTo(1, 3)) || h.counters.Sent.Load() != 3 {
			t.Errorf("the other got %v, %d were counted", got, h.counters.Sent.Load())
		}
		for _, r := range readers {
			h.Remove(r)
			h.Remove(r) // more than once does nothing
		}
		h.publish(t, 1)
		synctest.Wait()
		if got := quick.all(); !slices.Equal(got, upTo(1, 3)) {
			t.Errorf("one that was removed got %v", got)
		}
		h.Wait()
	})
}

// A pool ends its readers, those that come later too, and waits until they are gone.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, feed.Limits{})
		var ended atomic.Int64
		add := func() {
			s := &sink{}
			var r *fanout.Reader
			ready := make(chan struct{})
			s.end = func() {
				<-ready
				ended.Add(1)
				h.Remove(r)
			}
			r = h.reader(0, s)
			close(ready)
		}
		for range 10 {
			add()
		}
		h.End()
		h.End() // more than once does nothing
		add()
		h.Wait()
		if n := ended.Load(); n != 11 {
			t.Errorf("%d readers were ended, want 11", n)
		}
	})
}

// Readers come and go while messages are published, in many goroutines.
func TestReadersComeAndGo(t *testing.T) {
	h := newHall(t, feed.Limits{})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 200 {
				s := &sink{}
				r := h.reader(h.log.End(), s)
				h.publish(t, 2)
				h.Remove(r)
				if got := s.all(); !slices.IsSorted(got) {
					t.Errorf("out of order: %v", got)
				}
			}
		})
	}
	work.Wait()
	h.Wait()
}

// counter is a sink that only counts.
type counter struct{ arrived *sync.WaitGroup }

func (c counter) Send([]byte) error { c.arrived.Done(); return nil }
func (counter) Cut()                {}
func (counter) End()                {}

// A message to a thousand allocates no more than a message to ten: what a message, its encoding and the
// writers take.
func TestBroadcastAllocatesNothingForEachReader(t *testing.T) {
	for _, readers := range []int{10, 1000} {
		h := newHall(t, feed.Limits{Messages: 8})
		var arrived sync.WaitGroup
		for range readers {
			h.reader(0, counter{&arrived})
		}
		const most = 20
		if n := testing.AllocsPerRun(100, func() {
			arrived.Add(readers)
			h.publish(t, 1)
			arrived.Wait()
		}); n > most {
			t.Errorf("%v allocations for a message to %d readers, want %d at most", n, readers, most)
		}
	}
}

// A publication just when a reader is found to have everything is not overlooked: then this would hang.
func TestNoPublicationIsOverlooked(t *testing.T) {
	h := newHall(t, feed.Limits{Messages: 8})
	var arrived sync.WaitGroup
	h.reader(0, counter{&arrived})
	for range 100_000 {
		arrived.Add(1)
		h.publish(t, 1)
		arrived.Wait()
	}
}

// What the pool itself takes for each delivered message, beside the write.
func BenchmarkBroadcast(b *testing.B) {
	h := newHall(b, feed.Limits{})
	const readers = 10_000
	var arrived sync.WaitGroup
	for range readers {
		h.reader(0, counter{&arrived})
	}
	b.ReportAllocs()
	for b.Loop() {
		arrived.Add(readers)
		h.publish(b, 1)
		arrived.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/readers, "ns/message")
}
