package engine

import (
	"context"
	"fmt"
	"sync"

	"pollpush/internal/admin"
	"pollpush/internal/result"
)

// member is a process of a fleet.
type member struct {
	role       result.Role
	number, of int
	// leftOut says why the process' share does not count; empty while it does. The fleet's lock guards it.
	leftOut string
}

// name is what it is called, as in "target 2 of 3".
func (m *member) name() string { return fmt.Sprintf("%s %d of %d", m.role, m.number, m.of) }

// fleetTarget is a target process, and the generators that use it.
type fleetTarget struct {
	member
	*Target
	generators []*fleetGenerator

	ends           []uint64
	before, after  reading
	atStart, atEnd reading
	measured       bool
	publication
}

func (t *fleetTarget) launch(ctx context.Context, launch Launch) (err error) {
	t.Target, err = launch(ctx)
	return err
}

// stop ends the process, if there is one.
func (t *fleetTarget) stop() {
	if t.Target != nil {
		t.Stop()
	}
}

// prepare readies the target for its clients.
func (t *fleetTarget) prepare(ctx context.Context, topics int) (err error) {
	if t.ends, err = t.Admin.Topics(ctx, topics); err != nil {
		return err
	}
	t.before, err = scrape(ctx, t.Admin)
	return err
}

// publish starts the schedule, which begins at an instant that is the same for all.
func (t *fleetTarget) publish(ctx context.Context, r admin.PublicationRequest) error {
	_, err := t.Admin.Publish(ctx, r)
	t.publishing = err == nil
	return err
}

// fleetGenerator is a generator process and its clients.
type fleetGenerator struct {
	member
	*Generator
	part    Part
	planned []int // subscriptions, by group
	target  *fleetTarget
	account *Account // nil until it has finished

	seen     sync.Mutex
	standing Standing // the last that it told
}

func (g *fleetGenerator) launch(ctx context.Context, start func(context.Context) (*Generator, error)) (err error) {
	g.Generator, err = start(ctx)
	return err
}

// stop ends the process, if there is one.
func (g *fleetGenerator) stop() {
	if g.Generator != nil {
		g.Stop()
	}
}

// asked returns how many subscriptions it was to make, by group: those that it did begin where it was cut short.
func (g *fleetGenerator) asked() []int {
	if g.leftOut == "" && g.account != nil {
		return g.account.asked()
	}
	return g.planned
}

// ask asks where the generator stands. What it told last stands in for an answer that does not come.
func (g *fleetGenerator) ask(ctx context.Context, q StandingRequest) Standing {
	var s Standing
	err := g.Call(ctx, "Snapshot", q, &s)
	g.seen.Lock()
	defer g.seen.Unlock()
	if err == nil {
		if s.Tally == nil {
			s.Tally = g.standing.Tally
		}
		g.standing = s
	}
	return g.standing
}
