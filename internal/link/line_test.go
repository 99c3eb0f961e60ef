package link

import (
	"math/rand/v2"
	"testing"
	"time"
)

// However bytes are cut into pieces, the last arrives when all of them were sent, to the nanosecond;
// and nothing overtakes anything.
func TestLine(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		rate := MinRate + Rate(r.Int64N(int64(MaxRate-MinRate)))
		up, _ := Profile{RTT: 50 * time.Millisecond, Up: rate}.lines(1)
		jittery := up
		jittery.jitter, jittery.random = 20*time.Millisecond, r
		begun := time.Unix(1_000_000, 0)
		now, total, last := begun, 0, time.Time{}
		for range 500 {
			n := r.IntN(3000)
			total += n
			arrival := jittery.carry(now, n, jittery.transit())
			if arrival.Before(last) {
				t.Fatalf("seed %d: %v arrives before %v, which was sent earlier", seed, arrival, last)
			}
			last = arrival
			sent := up.carry(now, n, up.transit()).Sub(begun) - 25*time.Millisecond
			// What is behind the point is not to be lost piece by piece.
			if want := time.Duration(float64(total) * 8e9 / float64(rate)); (sent - want).Abs() > 1+want/1e12 {
				t.Fatalf("seed %d: %d bytes at %s were sent after %v, want %v", seed, total, rate, sent, want)
			}
			if left := up.free.Sub(now); left > 0 {
				now = now.Add(time.Duration(r.Int64N(int64(left))))
			}
		}
	}
}

func TestSerialisationOfMuch(t *testing.T) {
	const much = 1 << 50
	for _, rate := range []Rate{MinRate, 3 * Mbit, MaxRate} {
		want := float64(much) * 8 / float64(rate)
		if want > 9e9 {
			continue // longer than a time.Duration
		}
		if got := rate.serialisation(much).Seconds(); got < want*0.999999 || got > want*1.000001 {
			t.Errorf("%s: %v seconds, want %v", rate, got, want)
		}
	}
}
