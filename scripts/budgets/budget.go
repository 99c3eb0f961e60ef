package main

import "context"

// budget is one bound that the project holds itself to, and how it is measured.
type budget struct {
	name, unit string
	bound      float64 // the figure may be as much, and no more
	// measure returns the figure. It is called in a process of its own, whose memory nothing else has used.
	measure func(context.Context) (float64, error)
}

// sources are where budgets come from, in the order in which they are shown.
var sources = []func() []budget{
	generatorBudgets,
	targetBudgets,
}

// budgets returns all budgets.
func budgets() []budget {
	var all []budget
	for _, source := range sources {
		all = append(all, source()...)
	}
	return all
}

// quick is set when a rough figure will do: fewer clients, and fewer repeats. It is what --quick says, in
// the measuring processes as well.
var quick bool

// either returns the first when figures may be rough, else the second.
func either[T any](rough, exact T) T {
	if quick {
		return rough
	}
	return exact
}
