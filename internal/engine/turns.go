package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// RunInTurns runs the scenarios of several engines at the same time, one trial after the other: in each
// round every transport, and each transport on every engine before the next one. Who goes first changes
// from round to round. So a machine that gets slower makes no difference between the engines.
//
// There is a result for each engine, in their order. They hold what was measured also when there is an
// error, which ends all of them.
func RunInTurns(ctx context.Context, engines []*Engine) ([]result.Result, error) {
	results := make([]result.Result, len(engines))
	started := time.Now().UTC().Truncate(time.Second)
	for i, e := range engines {
		results[i] = e.blank()
		results[i].Started = started
	}
	first := true
	for _, turn := range turns(engines) {
		e := engines[turn.engine]
		if !first {
			if err := e.coolDown(ctx); err != nil {
				return results, err
			}
		}
		first = false
		trial, err := e.trial(ctx, turn)
		if trial != nil {
			r := &results[turn.engine]
			r.Trials = append(r.Trials, *trial)
		}
		if err != nil {
			return results, fmt.Errorf("%s: %w", turn.transport, err)
		}
	}
	return results, nil
}

// turn is one trial: whose, and which.
type turn struct {
	engine    int
	transport scenario.Transport
	number    int
}

// turns returns all trials of some engines in their order.
func turns(engines []*Engine) []turn {
	order := make([]int, len(engines))
	var rounds, transports int
	for i, e := range engines {
		order[i] = i
		rounds = max(rounds, e.Scenario.Trials)
		transports = max(transports, len(e.Scenario.Transports))
	}
	var all []turn
	for number := 1; number <= rounds; number++ {
		for k := range transports {
			for _, i := range order {
				if s := engines[i].Scenario; number <= s.Trials && k < len(s.Transports) {
					all = append(all, turn{i, s.Transports[k], number})
				}
			}
		}
		slices.Reverse(order)
	}
	return all
}

// trial runs one trial, in this process or over several. It returns what was measured also when it was cut short, if there was anything.
func (e *Engine) trial(ctx context.Context, t turn) (*result.Trial, error) {
	clk := e.Clock
	if clk.IsZero() {
		clk = clock.New()
	}
	var trial *result.Trial
	var err error
	if e.Spread.Generators > 1 {
		trial, err = newFleet(e, t.transport, t.number, clk).run(ctx)
	} else {
		trial, err = newTrial(e, t.transport, t.number, clk).run(ctx)
	}
	if trial != nil {
		trial.ScheduleHash = e.Scenario.ScheduleHash(t.number)
	}
	return trial, err
}

// coolDown lets the machine come to rest between two trials.
func (e *Engine) coolDown(ctx context.Context) error {
	pause := time.NewTimer(e.Scenario.Cooldown)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
