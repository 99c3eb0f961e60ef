package feed_test

import (
	"testing"

	"pollpush/pkg/feed"
)

func TestGrow(t *testing.T) {
	f := feed.New(feed.Limits{Topics: 3})
	if f.Topics() != 0 || f.Topic(0) != nil {
		t.Errorf("a new feed has %d topics, want 0", f.Topics())
	}
	for _, c := range []struct{ n, want int }{{1, 1}, {3, 3}, {2, 3}, {0, 3}} {
		first := f.Topic(0)
		if err := f.Grow(c.n); err != nil || f.Topics() != c.want {
			t.Errorf("Grow(%d): %v, %d topics; want %d", c.n, err, f.Topics(), c.want)
		}
		if first != nil && f.Topic(0) != first {
			t.Errorf("Grow(%d) replaced a log that somebody may be following", c.n)
		}
	}
	if err := f.Grow(4); err == nil || f.Topics() != 3 {
		t.Errorf("Grow(4) beyond the limit of 3: %v, %d topics", err, f.Topics())
	}
	for _, i := range []int{-1, 3} {
		if f.Topic(i) != nil {
			t.Errorf("Topic(%d) of 3 topics is not nil", i)
		}
	}
	publish(t, f.Topic(1), 100)
	if f.Topic(0).End() != 0 || f.Topic(1).End() != 1 {
		t.Errorf("a message of topic 1 left the ends at %d and %d, want 0 and 1", f.Topic(0).End(), f.Topic(1).End())
	}
}
