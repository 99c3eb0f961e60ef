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
}

// newClient returns client k as the scenario plans it. Its stays are known whether or not they come about.
func (c *crowd) newClient(k int, g *group, phase float64, ends []uint64) *client {
	t := c.trial
	v := &client{
		crowd: c, group: g, topic: k % t.scenario.Topics, phase: phase,
		dialer: t.dialer(g, c.slots), shard: g.shards[k%len(g.shards)],
	}
	for i, planned := range t.scenario.Stays(k) {
		s := &stay{client: v, planned: planned, joins: i > 0 || k >= t.scenario.Clients, after: ends[v.topic]}
		s.leaves = planned.Until < t.scenario.Duration
		s.account = account{from: math.MinInt64, until: math.MaxInt64, accepted: math.MinInt64}
		if s.joins {
			s.after += c.agenda.before(v.topic, t.scenario.Warmup+planned.From-joinLead)
			s.account.accepted = math.MaxInt64
		}
		if s.leaves {
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
