package engine

import "slices"

// arrival is what a sequence number turned out to be.
type arrival int

const (
	inOrder    arrival = iota // the next one, or one that leaves a hole behind it
	reordered                 // it fills a hole
	duplicated                // it was there already
)

// sequence keeps account of which messages of a topic one client has got, by their sequence
// numbers. It costs nothing while they come in order.
type sequence struct {
	first, next uint64 // got all of [first, next) but the holes
	holes       []hole // ascending
}

// hole is a run of sequence numbers that did not come.
type hole struct{ first, last uint64 }

// newSequence starts after the cursor after.
func newSequence(after uint64) sequence { return sequence{first: after + 1, next: after + 1} }

// take accounts for one message.
func (s *sequence) take(seq uint64) arrival {
	if seq >= s.next {
		if seq > s.next {
			s.holes = append(s.holes, hole{s.next, seq - 1})
		}
		s.next = seq + 1
		return inOrder
	}
	for i, h := range s.holes {
		if h.first <= seq && seq <= h.last {
			s.fill(i, seq)
			return reordered
		}
	}
	return duplicated
}

// fill takes seq out of hole i.
func (s *sequence) fill(i int, seq uint64) {
	h := s.holes[i]
	var rest []hole
	if h.first < seq {
		rest = append(rest, hole{h.first, seq - 1})
	}
	if seq < h.last {
		rest = append(rest, hole{seq + 1, h.last})
	}
	s.holes = slices.Replace(s.holes, i, i+1, rest...)
}

// missing counts the messages from first to last that did not come.
func (s *sequence) missing(first, last uint64) int64 {
	var n int64
	for _, h := range s.holes {
		n += overlap(h, first, last)
	}
	return n + overlap(hole{s.next, max(last, s.next)}, first, last)
}

func overlap(h hole, first, last uint64) int64 {
	from, to := max(h.first, first), min(h.last, last)
	if to < from {
		return 0
	}
	return int64(to - from + 1)
}
