package engine

import (
	"fmt"
	"time"

	"pollpush/internal/result"
	"pollpush/pkg/metrics"
)

// sum adds the accounts of the generators that are chosen and counted.
func (f *fleet) sum(chosen func(*fleetGenerator) bool) Account {
	sum, counted := newAccount(f.scenario), false
	for _, g := range f.livingGenerators() {
		if g.account != nil && chosen(g) {
			sum.add(g.account)
			counted = true
		}
	}
	if !counted {
		sum.Expected, sum.Lost, sum.Packets = nil, nil, Packets{}
		for i := range sum.Groups {
			sum.Groups[i].Expected, sum.Groups[i].Lost = nil, nil
		}
	}
	return sum
}

// findings returns what the trial came to: the sum of those who went through it.
func (f *fleet) findings() *findings {
	r := &findings{
		scenario: f.scenario, limits: f.engine.Limits, groups: f.groups, name: f.name, number: f.number,
		complete: f.complete, length: f.length(), overflows: f.overflows, asked: make([]int, len(f.groups)),
		sum: f.sum(func(*fleetGenerator) bool { return true }),
	}
	for _, t := range f.targets {
		f.addTarget(r, t)
	}
	for _, g := range f.generators {
		f.addGenerator(r, g)
	}
	f.sortProcesses(r)
	return r
}

func (f *fleet) addTarget(r *findings, t *fleetTarget) {
	share := result.ProcessShare{Role: result.Target, Number: t.number, PID: t.PID, LeftOut: t.leftOut}
	for _, g := range t.generators {
		share.Clients.Asked += sum(g.asked())
	}
	defer func() { r.processes = append(r.processes, share) }()
	if t.leftOut != "" {
		r.leftOut = append(r.leftOut, t.leftOut)
		return
	}
	clients := f.sum(func(g *fleetGenerator) bool { return g.target == t })
	s := served{
		name: t.name(), clients: &clients, used: t.before.until(t.after), whole: f.complete && t.whole(),
		publishLag: f.publishLag(t),
	}
	share.Clients, share.Delivered = r.clients(&clients.Counts, []int{share.Clients.Asked}), clients.Tally.delivered
	share.Lag = s.publishLag.Percentile(99)
	share.Books = &result.Books{Difference: s.difference()}
	if t.measured {
		share.Process = t.atStart.between(t.atEnd)
		r.server = addProcess(r.server, share.Process)
	}
	r.servers = append(r.servers, s)
	if t.recorded {
		r.publish(t.name(), f.due(t).published(), f.complete)
	}
}

// publish takes what a target published in the window: the same as the others, unless the trial was cut short.
func (f *findings) publish(name string, published *int64, complete bool) {
	if f.published != nil && *f.published != *published && complete {
		f.leftOut = append(f.leftOut, fmt.Sprintf("%s published %d messages, another %d: it was not one schedule", name, *published, *f.published))
	}
	if f.published == nil || *published > *f.published {
		f.published = published
	}
}

// whole reports whether none of the target's generators is left out.
func (t *fleetTarget) whole() bool {
	for _, g := range t.generators {
		if g.leftOut != "" {
			return false
		}
	}
	return true
}

func (f *fleet) addGenerator(r *findings, g *fleetGenerator) {
	share := result.ProcessShare{
		Role: result.Generator, Number: g.number, PID: g.PID, Target: g.target.number, LeftOut: g.leftOut,
		Clients: result.Clients{Asked: sum(g.asked())},
	}
	for i, n := range g.asked() {
		r.asked[i] += n
	}
	if g.leftOut != "" {
		r.leftOut = append(r.leftOut, g.leftOut)
	} else if a := g.account; a != nil {
		share.Clients = r.clients(&a.Counts, []int{share.Clients.Asked})
		share.Delivered, share.Process = a.Tally.delivered, a.Process
		share.Lag = a.Lag.Percentile(99)
		r.generators = append(r.generators, generated{g.name(), a.Lag, a.Tally.pollLag})
	}
	r.processes = append(r.processes, share)
}

// sortProcesses puts generators first.
func (f *fleet) sortProcesses(r *findings) {
	n := len(f.targets)
	r.processes = append(append([]result.ProcessShare{}, r.processes[n:]...), r.processes[:n]...)
}

// publishLag returns how late a target published the window's messages.
func (f *fleet) publishLag(t *fleetTarget) *metrics.Histogram {
	return f.window.publishLag(t.published.Records)
}

// length is how long the window was.
func (f *fleet) length() time.Duration {
	if f.cut == 0 {
		return f.scenario.Duration
	}
	return min(max(f.cut.Sub(f.window.start), 0), f.scenario.Duration)
}
