package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/clock"
)

// Two clocks of one host must agree, or a latency across two processes means nothing. Each is
// read between two readings of the other, so the order holds however slow the machine is, up to
// the error of two anchors.
func TestClocksOfOneHostAgree(t *testing.T) {
	a, b := clock.New(), clock.New()
	first, between, last := a.Now(), b.Now(), a.Now()
	const anchors = 100 * time.Microsecond
	if between < first.Add(-anchors) || between > last.Add(anchors) {
		t.Errorf("b read %d, outside a's readings %d and %d", between, first, last)
	}
}

func TestFollowsVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New()
		start := c.Now()
		if start <= 0 {
			t.Errorf("now = %d, want an instant after the origin", start)
		}
		time.Sleep(time.Hour)
		if got := c.Now().Sub(start); got != time.Hour {
			t.Errorf("an hour's sleep took %v", got)
		}
		if got := c.Until(start.Add(2 * time.Hour)); got != time.Hour {
			t.Errorf("until = %v, want 1h", got)
		}
	})
}

func TestIsZero(t *testing.T) {
	if !(clock.Clock{}).IsZero() || clock.New().IsZero() {
		t.Error("want the zero value, and it alone, to be zero")
	}
}
