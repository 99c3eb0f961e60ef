package feed_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
)

func newLog(t testing.TB, limits feed.Limits) *feed.Log {
	t.Helper()
	f := feed.New(limits)
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	return f.Topic(0)
}

func publish(t testing.TB, log *feed.Log, size int) feed.Message {
	t.Helper()
	m, err := log.Publish(clock.Instant(size), size)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// model is what a log keeps, said as simply as can be: the oracle.
type model struct {
	messages, bytes int
	end             uint64
	kept            []feed.Message
}

func (o *model) append(m feed.Message) {
	o.end++
	o.kept = append(o.kept, m)
	for len(o.kept) > o.messages || len(o.kept) > 1 && o.size() > o.bytes {
		o.kept = o.kept[1:]
	}
}

func (o *model) size() (n int) {
	for _, m := range o.kept {
		n += len(m.Raw)
	}
	return n
}

func (o *model) since(after uint64) (missed uint64, messages []feed.Message) {
	if after >= o.end {
		return 0, nil
	}
	for _, m := range o.kept {
		if m.Seq > after {
			messages = append(messages, m)
		}
	}
	return o.end - after - uint64(len(messages)), messages
}

// Every cursor of every length of log, across the growing of the ring (8, 16, 32 messages) and both
// kinds of retention.
func TestSinceAgreesWithASimpleModel(t *testing.T) {
	const size = 2 * feed.MinPayload
	for _, c := range []struct {
		limits feed.Limits
		model  model
	}{
		{feed.Limits{}, model{messages: 4096, bytes: 8 << 20}},
		{feed.Limits{Messages: 1}, model{messages: 1, bytes: 8 << 20}},
		{feed.Limits{Messages: 7}, model{messages: 7, bytes: 8 << 20}},
		{feed.Limits{Messages: 8}, model{messages: 8, bytes: 8 << 20}},
		{feed.Limits{Messages: 21}, model{messages: 21, bytes: 8 << 20}},
		{feed.Limits{Bytes: 5 * size}, model{messages: 4096, bytes: 5 * size}},
		{feed.Limits{Bytes: 1}, model{messages: 4096, bytes: 1}}, // the newest stays all the same
		{feed.Limits{Messages: 3, Bytes: 3 * size}, model{messages: 3, bytes: 3 * size}},
	} {
		t.Run(fmt.Sprintf("%+v", c.limits), func(t *testing.T) {
			log, want := newLog(t, c.limits), c.model
			for n := range 40 {
				compare(t, log, &want)
				want.append(publish(t, log, feed.MinPayload+(n*37)%size))
			}
			compare(t, log, &want)
		})
	}
}

func compare(t *testing.T, log *feed.Log, want *model) {
	t.Helper()
	if log.End() != want.end {
		t.Fatalf("end %d, want %d", log.End(), want.end)
	}
	var buf []feed.Message // reused, as the handlers do
	for _, after := range append(cursors(want.end+2), math.MaxUint64-1, math.MaxUint64) {
		batch := log.Since(after, buf)
		missed, messages := want.since(after)
		if batch.Missed != missed || len(batch.Messages) != len(messages) {
			t.Fatalf("%d published, since %d: %d missed and %d messages, want %d and %d",
				want.end, after, batch.Missed, len(batch.Messages), missed, len(messages))
		}
		for i, m := range batch.Messages {
			if m.Seq != messages[i].Seq || m.Due != messages[i].Due || &m.Raw[0] != &messages[i].Raw[0] {
				t.Fatalf("%d published, since %d: message %d is %d, want %d", want.end, after, i, m.Seq, messages[i].Seq)
			}
		}
		buf = batch.Messages
	}
}

func cursors(last uint64) (all []uint64) {
	for after := uint64(0); after <= last; after++ {
		all = append(all, after)
	}
	return all
}

func TestAppendNumbersForeignMessages(t *testing.T) {
	log := newLog(t, feed.Limits{})
	publish(t, log, 100)
	raw := []byte(`{"seq":99,"due":1}`)
	if m := log.Append(5, raw); m.Seq != 2 || m.Due != 5 || &m.Raw[0] != &raw[0] {
		t.Errorf("appended as %d, due %d; want 2, due 5, and the bytes as they are", m.Seq, m.Due)
	}
}

func TestPublishThatFailsTakesNoNumber(t *testing.T) {
	log := newLog(t, feed.Limits{})
	more := log.Since(0, nil).More
	if _, err := log.Publish(0, feed.MinPayload-1); err == nil {
		t.Fatal("a message that is too small was published")
	}
	if isClosed(more) || log.End() != 0 {
		t.Errorf("it woke the readers: %t, and left the end at %d", isClosed(more), log.End())
	}
	if m := publish(t, log, 100); m.Seq != 1 {
		t.Errorf("the next message is %d, want 1", m.Seq)
	}
}

func TestMoreIsClosedByTheNextAppend(t *testing.T) {
	log := newLog(t, feed.Limits{})
	for n := range 3 {
		atEnd, behind := log.Since(log.End(), nil), log.Since(0, nil)
		if isClosed(atEnd.More) || isClosed(behind.More) {
			t.Fatalf("More closed with %d messages, before the next", n)
		}
		publish(t, log, 100)
		<-atEnd.More // soon, if not at once
		<-behind.More
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Readers that fall behind and readers that keep up: what each got and what it was told it missed
// make up the log, whatever the timing. Under -race this also checks the locking.
func TestConcurrentReadersAccountForEveryMessage(t *testing.T) {
	const published, readers = 3000, 4
	log := newLog(t, feed.Limits{Messages: 16})
	var wg sync.WaitGroup
	for r := range readers {
		wg.Go(func() {
			var after uint64
			var batch feed.Batch
			for after < published {
				batch = log.Since(after, batch.Messages)
				after += batch.Missed
				for _, m := range batch.Messages {
					decoded, err := feed.Decode(m.Raw)
					if m.Seq != after+1 || decoded.Seq != m.Seq || err != nil {
						t.Errorf("reader %d: message %d (its bytes say %d, %v) after %d", r, m.Seq, decoded.Seq, err, after)
						return
					}
					after++
				}
				if after < published {
					<-batch.More
				}
			}
		})
	}
	for range published {
		publish(t, log, 100)
	}
	wg.Wait()
}

func TestSinceAllocatesNothing(t *testing.T) {
	log := newLog(t, feed.Limits{})
	for range 100 {
		publish(t, log, 100)
	}
	buf := make([]feed.Message, 0, 100)
	if n := testing.AllocsPerRun(100, func() { buf = log.Since(0, buf).Messages }); n != 0 || len(buf) != 100 {
		t.Errorf("%v allocations for %d messages, want 0 for 100", n, len(buf))
	}
}

func BenchmarkPublish(b *testing.B) {
	log := newLog(b, feed.Limits{})
	b.ReportAllocs()
	for b.Loop() {
		publish(b, log, 128)
	}
}

func BenchmarkSince(b *testing.B) {
	log := newLog(b, feed.Limits{})
	for range 100 {
		publish(b, log, 128)
	}
	var buf []feed.Message
	b.ReportAllocs()
	for b.Loop() {
		buf = log.Since(99, buf).Messages
	}
}
