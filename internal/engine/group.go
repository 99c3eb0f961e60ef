package engine

import (
	"sync/atomic"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/link"
	"pollpush/internal/scenario"
	"pollpush/pkg/exchange"
	"pollpush/pkg/transport"
)

// group is a part of a trial's clients who follow over one transport and one link: one of the scenario's groups,
// or all of them.
type group struct {
	place     int    // among the trial's groups
	name      string // empty where there are no groups
	transport scenario.Transport
	headers   headers.Profile
	path      link.Profile
	dial      link.Dial // over that link
	shards    []*shard

	fields []exchange.Field // of their requests, known once there is a target

	asked, ready, failed atomic.Int64 // subscriptions that were begun, that were accepted, and that could not be
	broken               atomic.Int64 // those that failed after they were accepted
	left                 atomic.Int64 // those that ended as planned
	before               int64        // those that were accepted when the schedule began
}

// groups returns the groups of a trial: one where the scenario has none.
func (e *Engine) groups(name scenario.Transport, number int, r *recorder) []*group {
	s := e.Scenario
	all := []*group{{transport: name, headers: e.Headers, path: s.Link}}
	if len(s.Groups) > 0 {
		all = all[:0]
	}
	for i, g := range s.Groups {
		one := &group{name: g.Name, transport: g.Transport, headers: e.GroupHeaders[i], path: g.Link}
		if one.transport == "" {
			one.transport = name
		}
		all = append(all, one)
	}
	for i, g := range all {
		g.path.Seed = s.Seed + uint64(number) + uint64(i)<<32
		g.place, g.dial, g.shards = i, g.path.Dialer(e.Dial), r.shards[i]
	}
	return all
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

// dialer returns how one client connects. Each has TLS sessions of its own, as different machines
// would.
func (t *trial) dialer(g *group, slots chan struct{}) *transport.Dialer {
	http2 := t.scenario.OverHTTP2(g.transport)
	return &transport.Dialer{
		Dial: g.dial, Clock: t.clock, Totals: &t.totals, Slots: slots,
		TLS: t.target.ClientTLS(t.scenario.Resume, http2), HTTP2: http2,
	}
}
