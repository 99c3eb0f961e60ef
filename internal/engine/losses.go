package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// errNoGenerator says that nobody is left to measure.
var errNoGenerator = errors.New("all generators ended in the middle of the trial")

// watch leaves out whoever ends, until ctx does.
func (f *fleet) watch(ctx context.Context, beside *sync.WaitGroup) {
	for _, t := range f.targets {
		beside.Go(func() {
			select {
			case <-t.Exited:
				f.loseTarget(ctx, t, errEnded)
			case <-ctx.Done():
			}
		})
	}
	for _, g := range f.generators {
		beside.Go(func() {
			select {
			case <-g.Exited:
				f.loseGenerator(ctx, g, errEnded)
			case <-ctx.Done():
			}
		})
	}
}

// loseTarget leaves a target out, and its generators with it. When it is the last one, the trial is cut short
// instead: then what its clients have got is all there is to show.
func (f *fleet) loseTarget(ctx context.Context, t *fleetTarget, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.leftOut != "" || f.ending || ctx.Err() != nil {
		return
	}
	if f.count(func(o *fleetTarget) bool { return o != t && o.leftOut == "" }) == 0 {
		f.cancel(fmt.Errorf("%w: %s: %w", errTargetEnded, t.name(), why))
		return
	}
	clients := 0
	for _, g := range t.generators {
		clients += g.part.Count
		if g.leftOut == "" {
			g.leftOut = g.name() + " is left out as well: it used that target"
			f.killing.Go(g.Kill)
		}
	}
	t.leftOut = fmt.Sprintf("%s is left out, with its %d of %d clients: %v", t.name(), clients, f.scenario.Peak(), why)
	f.killing.Go(t.Kill)
	f.needGenerators()
}

// loseGenerator leaves a generator out.
func (f *fleet) loseGenerator(ctx context.Context, g *fleetGenerator, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g.leftOut != "" || f.ending || ctx.Err() != nil {
		return
	}
	g.leftOut = fmt.Sprintf("%s is left out, with its %d of %d clients: %v", g.name(), g.part.Count, f.scenario.Peak(), why)
	f.killing.Go(g.Kill)
	f.needGenerators()
}

// needGenerators ends the trial when none is left.
func (f *fleet) needGenerators() {
	for _, g := range f.generators {
		if g.leftOut == "" {
			return
		}
	}
	f.cancel(errNoGenerator)
}

// count counts targets.
func (f *fleet) count(of func(*fleetTarget) bool) int {
	n := 0
	for _, t := range f.targets {
		if of(t) {
			n++
		}
	}
	return n
}

// livingTargets returns the targets whose share counts.
func (f *fleet) livingTargets() []*fleetTarget {
	f.mu.Lock()
	defer f.mu.Unlock()
	var living []*fleetTarget
	for _, t := range f.targets {
		if t.leftOut == "" {
			living = append(living, t)
		}
	}
	return living
}

// livingGenerators returns the generators whose share counts.
func (f *fleet) livingGenerators() []*fleetGenerator {
	f.mu.Lock()
	defer f.mu.Unlock()
	var living []*fleetGenerator
	for _, g := range f.generators {
		if g.leftOut == "" {
			living = append(living, g)
		}
	}
	return living
}
