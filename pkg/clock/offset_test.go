package clock_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/clock"
)

// However the round trip is shared between the way there and the way back, the offset is off by no more
// than it says, and by all of that where one of the ways takes no time.
func TestCompare(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		before := clock.Instant(random.Int64N(int64(1000 * time.Hour)))
		trip := time.Duration(random.Int64N(int64(time.Second)))
		there := time.Duration(random.Int64N(int64(trip) + 1))
		ahead := time.Duration(random.Int64N(int64(2000*time.Hour))) - 1000*time.Hour
		o := clock.Compare(before, before.Add(there+ahead), before.Add(trip))
		if off := (o.Ahead - ahead).Abs(); off > o.Error || o.Error > trip/2+1 {
			t.Fatalf("%v of %v there, %v ahead: %v ± %v", there, trip, ahead, o.Ahead, o.Error)
		}
		if o.At < before || o.At > before.Add(trip) {
			t.Fatalf("at %d, not between %d and %d", o.At, before, before.Add(trip))
		}
	}
	for there, want := range map[time.Duration]time.Duration{0: 995 * time.Millisecond, 10 * time.Millisecond: 1005 * time.Millisecond} {
		o := clock.Compare(0, clock.Instant(time.Second+there), clock.Instant(10*time.Millisecond))
		if o.Ahead != want || o.Error != 5*time.Millisecond {
			t.Errorf("%v there: %v ± %v, want %v ± 5ms", there, o.Ahead, o.Error, want)
		}
	}
}

// A clock that runs fast gets ahead, and waits until its own instants.
func TestDrifting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		right := clock.New()
		fast := right.Shifted(time.Hour).Drifting(100e-6)
		due := fast.Now().Add(10 * time.Second)
		time.Sleep(fast.Until(due))
		if late := fast.Now().Sub(due); late < 0 || late > time.Microsecond {
			t.Errorf("it woke %v after the instant", late)
		}
		time.Sleep(990 * time.Second)
		if ahead := fast.Now().Sub(right.Now()) - time.Hour; (ahead - 100*time.Millisecond).Abs() > time.Microsecond {
			t.Errorf("after 1000 s it is %v ahead, want a 10000th of that", ahead)
		}
	})
}
