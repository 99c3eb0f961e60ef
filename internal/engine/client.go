package engine

import (
	"context"
	"math"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
)

// client is one virtual client, which stays once, or comes and leaves.
type client struct {
	crowd  *crowd
	group  *group
	topic  int
	phase  float64 // its place in the poll interval
	dialer *transport.Dialer
	shard  *shard
	stays  []*stay

	connecting bool   // it has not been accepted yet
	free       func() // frees its slot among those that connect; nil when it has none
}

// newClient returns client k of the whole scenario as that plans it. Its stays are known whether or not they come about.
func (c *crowd) newClient(k int, g *group, phase float64, ends []uint64) *client {
	t := c.trial
	v := &client{
		crowd: c, group: g, topic: k % t.scenario.Topics, phase: phase,
		shard: g.shards[k%len(g.shards)],
	}
	v.dialer = t.dialer(g, k, c.slots, v.hold)
	for i, planned := range t.scenario.Stays(k) {
		s := &stay{client: v, planned: planned, joins: i > 0 || k >= t.scenario.Clients, after: ends[v.topic]}
		s.leaves = planned.Until < t.scenario.Duration
		s.account = account{from: math.MinInt64, until: math.MaxInt64, accepted: math.MinInt64}
		if s.joins {
			s.account.from = planned.From
			s.after += c.agenda.before(v.topic, t.scenario.Warmup+planned.From-joinLead)
			s.account.accepted = math.MaxInt64
		}
		if s.leaves {
			s.account.until = planned.Until
			s.last = ends[v.topic] + c.agenda.before(v.topic, t.scenario.Warmup+planned.Until)
		}
		s.account.sequence = newSequence(s.after)
		s.got.Store(s.after)
		v.stays = append(v.stays, s)
	}
	return v
}

// run stays as planned, until ctx ends.
func (v *client) run(ctx context.Context) {
	for _, s := range v.stays {
		if s.joins && !v.crowd.awaits(ctx, s.planned.From) {
			return
		}
		s.run(ctx)
	}
}

// hold keeps a connection's slot until the client is accepted. A server that is busy leaves what is open in its
// listen queue, and with nothing to hold them back thousands of clients would fill that, and have their SYNs
// dropped. Who was accepted before and connects again holds nothing.
func (v *client) hold(free func()) {
	v.release()
	if !v.connecting {
		free()
		return
	}
	v.free = free
}

// release frees the slot, if the client has one.
func (v *client) release() {
	if v.free != nil {
		v.free()
		v.free = nil
	}
}

// subscriber returns what follows the topic from a cursor on.
func (v *client) subscriber(after uint64, origin func() clock.Instant) Subscriber {
	t := v.crowd.trial
	return Subscription{
		Dialer: v.dialer, Endpoint: t.target.Endpoint, Fields: v.group.fields,
		Subscription: transport.Subscription{Topic: v.topic, After: after},
		Scenario:     t.scenario, Phase: v.phase, Origin: origin,
	}.Subscriber(v.group.transport)
}

// firstPlace returns the origin of the poll interval in which a client's place is the first after an instant.
func firstPlace(s scenario.Scenario, origin clock.Instant, phase float64, after clock.Instant) clock.Instant {
	offset := time.Duration(phase * float64(s.PollInterval))
	passed := max(after.Sub(origin.Add(offset)), 0) + s.PollInterval - 1
	return origin.Add(passed - passed%s.PollInterval)
}
