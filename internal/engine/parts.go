package engine

import "pollpush/internal/result"

// parts returns what each of the scenario's groups had of the trial, none where there are no groups.
func (f *findings) parts() ([]result.Group, error) {
	var all []result.Group
	for i := range f.sum.Groups {
		counts, g := &f.sum.Groups[i], f.groups[i]
		part := result.Group{
			Name: g.name, Transport: g.transport, Clients: f.clients(counts, f.asked[i:i+1]),
			Messages: f.messages(counts), Wire: f.wire(&counts.Tally.tally),
		}
		var err error
		if part.Latency, err = result.Summarize(counts.Tally.latency); err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return all, nil
}

// clients counts some of them, of whom so many were asked for.
func (f *findings) clients(counts *Counts, asked []int) result.Clients {
	c := result.Clients{Asked: sum(asked), Connected: counts.Ready}
	if len(f.scenario.Stages) > 0 {
		c.Before = &counts.Before
	}
	return c
}

// messages counts those of some clients.
func (f *findings) messages(counts *Counts) result.Messages {
	t := &counts.Tally
	return result.Messages{
		Published: f.published, Expected: counts.Expected, Lost: counts.Lost,
		Delivered: t.delivered, Duplicated: t.duplicated, Reordered: t.reordered, JoinedLate: t.joinedLate,
	}
}

// wire returns the ledgers of what was counted. Packets are of the whole trial.
func (f *findings) wire(counted *tally) result.Wire {
	return result.Wire{
		Window: f.length,
		Setup:  result.Cost{Ledger: counted.ledgers[setup]},
		Steady: result.Cost{Ledger: counted.ledgers[steady]},
		Other:  result.Cost{Ledger: counted.ledgers[other]},
		Total:  result.Cost{Ledger: counted.total()},
	}
}
