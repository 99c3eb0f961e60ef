package engine

import (
	"time"

	"pollpush/internal/scenario"
)

// How long a trial waits for what the link and the transport delay.
const (
	connectMargin = 60 * time.Second // for all clients to subscribe, links apart
	drainMargin   = 5 * time.Second  // beyond the worst honest delay of the transport
)

// worstDelay is the longest of all groups.
func worstDelay(s scenario.Scenario, groups []*group) time.Duration {
	var delay time.Duration
	for _, g := range groups {
		delay = max(delay, g.worstDelay(s))
	}
	return delay
}

// connectTimeout is how long all clients together may take to subscribe: so many at a time, each a few
// round trips.
func connectTimeout(s scenario.Scenario, groups []*group) time.Duration {
	var roundTrip time.Duration
	for _, g := range groups {
		roundTrip = max(roundTrip, g.roundTrip())
	}
	turns := s.Clients/ConcurrentDials + 1
	return connectMargin + time.Duration(4*turns)*roundTrip
}
