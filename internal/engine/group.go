package engine

import (
	"slices"
	"sync/atomic"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/link"
	"pollpush/internal/scenario"
	"pollpush/pkg/exchange"
)

// group is a part of a trial's clients who follow over one transport and one link: one of the scenario's groups,
// or all of them.
type group struct {
	place     int    // among the trial's groups
	name      string // empty where there are no groups
	transport scenario.Transport
	headers   headers.Profile
	path      link.Profile
	dials     []link.Dial // over that link; one for each source address
	shards    []*shard

	fields []exchange.Field // of their requests, known once there is a target

	asked, ready, failed atomic.Int64 // subscriptions that were begun, that were accepted, and that could not be
	broken               atomic.Int64 // those that failed after they were accepted
	left                 atomic.Int64 // those that ended as planned
	before               int64        // those that were accepted when the schedule began
}

// groups returns the groups of a trial: one where the scenario has none. They are what is planned: nobody can
// connect yet.
func (e *Engine) groups(name scenario.Transport) []*group {
	s := e.Scenario
	if len(s.Groups) == 0 {
		return []*group{{transport: name, headers: e.Headers, path: s.Link}}
	}
	all := make([]*group, len(s.Groups))
	for i, g := range s.Groups {
		all[i] = &group{place: i, name: g.Name, transport: g.Transport, headers: e.GroupHeaders[i], path: g.Link}
		if g.Transport == "" {
			all[i].transport = name
		}
	}
	return all
}

// shortPolls reports whether any client of these groups does.
func shortPolls(groups []*group) bool {
	return slices.ContainsFunc(groups, func(g *group) bool { return g.transport == scenario.ShortPoll })
}

// roundTrip is the longest of the emulated link.
func (g *group) roundTrip() time.Duration { return g.path.RTT + 2*g.path.Jitter }

// worstDelay is how late a message may honestly arrive because of how its transport works, and of how
// far away it is: a poll makes up to three round trips with a connection of its own, and TLS.
func (g *group) worstDelay(s scenario.Scenario) time.Duration {
	delay := 4 * g.roundTrip()
	if g.transport == scenario.ShortPoll {
		delay += s.PollInterval
	}
	return delay
}
