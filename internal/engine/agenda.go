package engine

import (
	"slices"
	"time"

	"pollpush/internal/scenario"
)

// agenda is when the messages of each topic are due, from the schedule's origin.
type agenda [][]time.Duration

// newAgenda returns that of a trial. Only clients that come or leave need one; it is nil where none do.
func newAgenda(s scenario.Scenario, trial int) agenda {
	if len(s.Stages) == 0 {
		return nil
	}
	a := make(agenda, s.Topics)
	for arrival := range s.Schedule(trial).All() {
		a[arrival.Topic] = append(a[arrival.Topic], arrival.Due)
	}
	return a
}

// before returns how many messages of a topic are due before a time. A log numbers them in this order.
func (a agenda) before(topic int, at time.Duration) uint64 {
	n, _ := slices.BinarySearch(a[topic], at)
	return uint64(n)
}
