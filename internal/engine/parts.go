package engine

import (
	"slices"

	"pollpush/internal/result"
)

// parts returns what each of the scenario's groups had of the trial, none where there are no groups.
func (t *trial) parts(due windowMessages) ([]result.Group, error) {
	if len(t.scenario.Groups) == 0 {
		return nil, nil
	}
	var all []result.Group
	for i, g := range t.groups {
		counted, only := t.recorder.sumOf(i), t.groups[i:i+1]
		part := result.Group{
			Name: g.name, Transport: g.transport, Clients: t.clients(only),
			Messages: t.messages(&counted, due, only), Wire: t.wire(&counted),
		}
		var err error
		if part.Latency, err = result.Summarize(counted.latency); err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return all, nil
}

// clients counts those of some groups.
func (t *trial) clients(of []*group) result.Clients {
	var c result.Clients
	var before int
	for i, planned := range t.crowd.planned() {
		g := t.groups[i]
		if !slices.Contains(of, g) {
			continue
		}
		if !t.complete {
			planned = g.asked.Load() // those that were to come later were not asked
		}
		c.Asked += int(planned)
		c.Connected += int(g.ready.Load())
		before += int(g.before)
	}
	if len(t.scenario.Stages) > 0 {
		c.Before = &before
	}
	return c
}

// messages counts those of some groups, whose clients counted so many.
func (t *trial) messages(counted *tally, due windowMessages, of []*group) result.Messages {
	m := result.Messages{
		Delivered:  counted.delivered,
		Duplicated: counted.duplicated,
		Reordered:  counted.reordered,
		JoinedLate: counted.joinedLate,
	}
	those := func(counts []int64) *int64 {
		var n int64
		for i, count := range counts {
			if slices.Contains(of, t.groups[i]) {
				n += count
			}
		}
		return &n
	}
	if t.recorded {
		m.Published, m.Expected = new(int64), those(t.crowd.expected(due))
		for _, topic := range due {
			*m.Published += int64(len(topic.due))
		}
	}
	if t.complete {
		m.Lost = those(t.crowd.lost(due))
	}
	return m
}
