package engine

import (
	"context"
	"sync"

	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// standings returns where the generators stand.
func (f *fleet) standings(ctx context.Context, q StandingRequest) []Standing {
	ctx, cancel := context.WithTimeout(ctx, partialTimeout)
	defer cancel()
	living := f.livingGenerators()
	all := make([]Standing, len(living))
	var asking sync.WaitGroup
	for i, g := range living {
		asking.Go(func() { all[i] = g.ask(ctx, q) })
	}
	asking.Wait()
	return all
}

func (f *fleet) transport() scenario.Transport { return f.name }

func (f *fleet) now() (sum tally, clients metrics.ClientStates) {
	sum = newTally()
	for _, s := range f.standings(context.Background(), StandingRequest{Tally: true}) {
		if s.Tally != nil {
			sum.add(&s.Tally.tally)
		}
		clients.Connecting += s.Clients.Connecting
		clients.Ready += s.Clients.Ready
		clients.Failed += s.Clients.Failed
	}
	return sum, clients
}

// look asks the generators how late they were, and names the processes that are left.
func (f *fleet) look() Running {
	r := Running{Transport: f.name}
	for _, s := range f.standings(context.Background(), StandingRequest{Lag: true}) {
		r.Lag = max(r.Lag, s.Lag)
	}
	for _, t := range f.livingTargets() {
		r.Targets = append(r.Targets, t.PID)
	}
	for _, g := range f.livingGenerators() {
		r.Generators = append(r.Generators, g.PID)
	}
	return r
}

func (f *fleet) over() ended {
	whole := f.sum(func(*fleetGenerator) bool { return true })
	e := ended{tally: whole.Tally.tally, generatorLag: whole.Lag, verdict: f.verdict}
	if f.complete && whole.Lost != nil {
		e.lost = *whole.Lost
	}
	return e
}
