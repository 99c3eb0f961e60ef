package engine

import (
	"context"

	"pollpush/internal/result"
)

// Spread says over how many processes of this host a run is spread. Each target publishes the whole schedule
// to its share of the clients.
type Spread struct {
	// Generators is how many processes run clients; fewer than 2 is this one.
	Generators int
	// Targets is how many serve them, 1 to Generators.
	Targets int
	// Start starts a generator, for one trial.
	Start func(ctx context.Context) (*Generator, error)
}

// Generator is a running process with a Worker.
type Generator struct {
	PID int
	// Call calls a method of its Worker. It returns early when ctx ends, or the process does.
	Call func(ctx context.Context, method string, question, answer any) error
	// Exited is closed when it has ended.
	Exited <-chan struct{}
	// Stop ends it in order, Kill at once.
	Stop, Kill func()
}

// stored is what the result says of it, nil where nothing is spread.
func (s Spread) stored() *result.Processes {
	if s.Generators < 2 {
		return nil
	}
	return &result.Processes{Generators: s.Generators, Targets: s.Targets}
}

// TargetOf returns which target a generator uses, both counted from 0: neighbours share one.
func (s Spread) TargetOf(generator int) int { return generator * s.Targets / s.Generators }

// MostClients returns how many clients a generator has at most, and how many a target, when so many are
// spread.
func (s Spread) MostClients(clients int) (generator, target int) {
	if s.Generators < 2 {
		return clients, clients
	}
	served := make([]int, s.Targets)
	for i, part := range Parts(clients, s.Generators) {
		generator = max(generator, part.Count)
		served[s.TargetOf(i)] += part.Count
		target = max(target, served[s.TargetOf(i)])
	}
	return generator, target
}
