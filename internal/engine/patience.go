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

// worstDelay is how late a message may honestly arrive because of how its transport works, and of how
// far away it is: a poll makes up to three round trips with a connection of its own, and TLS.
func (t *trial) worstDelay() time.Duration {
	delay := 4 * t.roundTrip()
	if t.name == scenario.ShortPoll {
		delay += t.scenario.PollInterval
	}
	return delay
}

// roundTrip is the longest of the emulated link.
func (t *trial) roundTrip() time.Duration { return t.scenario.Link.RTT + 2*t.scenario.Link.Jitter }

// connectTimeout is how long all clients together may take to subscribe: so many at a time, each a few
// round trips.
func (t *trial) connectTimeout() time.Duration {
	turns := t.scenario.Clients/ConcurrentDials + 1
	return connectMargin + time.Duration(4*turns)*t.roundTrip()
}
