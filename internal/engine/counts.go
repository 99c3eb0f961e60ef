package engine

// account returns what this process counted.
func (t *trial) account(due windowMessages) Account {
	a := newAccount(t.scenario)
	for i, counts := range t.counts(due) {
		a.Counts.add(&counts)
		if len(a.Groups) > 0 {
			a.Groups[i] = counts
		}
	}
	a.Timeline = t.recorder.slices(t.scenario.Duration)
	a.Broken, a.Connected, a.Retried = int(t.crowd.broken()), t.connected, t.crowd.retry.Retried.Load()
	if err := t.crowd.failure(); err != nil {
		a.Failure = err.Error()
	}
	a.Written, a.Read = t.totals.Written.Load(), t.totals.Read.Load()
	a.Opened, a.Cut = t.totals.Opened.Load(), t.totals.Cut.Load()
	a.Packets = Packets{t.packets.ready, t.packets.start, t.packets.end, t.packets.over}
	a.Process, a.Lag = t.generator, t.generatorLag()
	return a
}

// counts returns what the clients of each group did and got.
func (t *trial) counts(due windowMessages) []Counts {
	all, planned := make([]Counts, len(t.groups)), t.crowd.planned()
	var expected, lost []int64
	if t.recorded {
		expected = t.crowd.expected(due)
	}
	if t.complete {
		lost = t.crowd.lost(due)
	}
	for i, g := range t.groups {
		c := Counts{Asked: int(planned[i]), Ready: int(g.ready.Load()), Before: int(g.before), Tally: Tally{t.recorder.sumOf(i)}}
		if t.recorded {
			c.Expected = &expected[i]
		}
		if t.complete {
			c.Lost = &lost[i]
		} else {
			c.Asked = int(g.asked.Load()) // those that were to come later were not asked
		}
		all[i] = c
	}
	return all
}
