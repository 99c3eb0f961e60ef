package engine

import "time"

// How long a trial waits for what the link and the transport delay.
const (
	connectMargin = 60 * time.Second // for all clients to subscribe, links apart
	drainMargin   = 5 * time.Second  // beyond the worst honest delay of the transport
)

// worstDelay is the longest of all groups.
func (t *trial) worstDelay() time.Duration {
	var delay time.Duration
	for _, g := range t.groups {
		delay = max(delay, g.worstDelay(t.scenario))
	}
	return delay
}

// connectTimeout is how long all clients together may take to subscribe: so many at a time, each a few
// round trips.
func (t *trial) connectTimeout() time.Duration {
	var roundTrip time.Duration
	for _, g := range t.groups {
		roundTrip = max(roundTrip, g.roundTrip())
	}
	turns := t.scenario.Clients/ConcurrentDials + 1
	return connectMargin + time.Duration(4*turns)*roundTrip
}
