package engine

import (
	"math/rand/v2"
	"testing"
)

func TestSequence(t *testing.T) {
	s := newSequence(10)
	for _, step := range []struct {
		seq  uint64
		want arrival
	}{
		{11, inOrder}, {12, inOrder}, {12, duplicated}, {10, duplicated},
		{16, inOrder},                     // leaves 13 to 15 open
		{14, reordered}, {14, duplicated}, // splits the hole
		{13, reordered}, {15, reordered}, {15, duplicated}, // fills it
		{20, inOrder},
	} {
		if got := s.take(step.seq); got != step.want {
			t.Errorf("take(%d) = %d, want %d", step.seq, got, step.want)
		}
	}
	for _, m := range []struct {
		first, last uint64
		want        int64
	}{
		{11, 20, 3}, // 17 to 19
		{11, 16, 0}, {17, 19, 3}, {18, 18, 1},
		{11, 25, 8}, // and 21 to 25, which are still to come
		{21, 25, 5}, {30, 34, 5},
	} {
		if got := s.missing(m.first, m.last); got != m.want {
			t.Errorf("missing(%d, %d) = %d, want %d", m.first, m.last, got, m.want)
		}
	}
}

// Whatever order messages come in, the account agrees with a set.
func TestSequenceAgreesWithASet(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		s, set := newSequence(0), map[uint64]bool{}
		var highest uint64
		for range 60 {
			seq := 1 + random.Uint64N(40)
			want := inOrder
			switch {
			case set[seq]:
				want = duplicated
			case seq < highest:
				want = reordered
			}
			if got := s.take(seq); got != want {
				t.Fatalf("seed %d: take(%d) = %d, want %d", seed, seq, got, want)
			}
			set[seq], highest = true, max(highest, seq)
		}
		first := 1 + random.Uint64N(40)
		last := first + random.Uint64N(20)
		var want int64
		for seq := first; seq <= last; seq++ {
			if !set[seq] {
				want++
			}
		}
		if got := s.missing(first, last); got != want {
			t.Fatalf("seed %d: missing(%d, %d) = %d, want %d", seed, first, last, got, want)
		}
	}
}
