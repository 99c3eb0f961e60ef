package engine

import (
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// findings are what a trial came to: what is reported, and judged. They are the same whether one process
// found them or several.
type findings struct {
	scenario scenario.Scenario
	limits   result.Limits
	groups   []*group // what was planned of them
	name     scenario.Transport
	number   int
	complete bool
	length   time.Duration // of the window
	clock    *result.Clock

	sum        Account     // over all generators
	generators []generated // each of them
	servers    []served    // the targets
	server     result.Process
	published  *int64 // messages of the window, by each target; nil where nobody knows
	overflows  *int64

	asked     []int                 // subscriptions by group, those of processes that are left out as well
	leftOut   []string              // why processes are
	processes []result.ProcessShare // where there are several
}

// generated is how punctual one generator process was.
type generated struct {
	name         string
	lag, pollLag *metrics.Histogram
}

// served is a target, and what its clients say of it.
type served struct {
	name       string
	clients    *Account // the sum of its generators
	used       reading  // from before the first client until after the last
	whole      bool     // nothing is missing on either side, so the books can be compared
	publishLag *metrics.Histogram
}

// difference is by how many bytes the books of a target and its clients differ, nil when there can be no
// balance: because a side is not whole, or because a connection was not closed in order, and bytes on its way
// belong to nobody.
func (s *served) difference() *int64 {
	if !s.whole || s.clients.Cut > 0 {
		return nil
	}
	total := s.clients.Tally.total()
	up, down := total.Up.Socket()-s.used.bytesUp, total.Down.Socket()-s.used.bytesDown
	difference := max(up, -up) + max(down, -down)
	return &difference
}

// difference adds the differences of the targets that are whole, so that none can hide another.
func (f *findings) difference() *int64 {
	sum, compared := new(int64), false
	for i := range f.servers {
		if s := &f.servers[i]; s.whole {
			sum, compared = addKnown(sum, s.difference()), true
		}
	}
	if !compared {
		return nil
	}
	return sum
}

// publishLag is how late all targets published.
func (f *findings) publishLag() *metrics.Histogram {
	sum := metrics.NewHistogram()
	for _, s := range f.servers {
		sum.Merge(s.publishLag)
	}
	return sum
}
