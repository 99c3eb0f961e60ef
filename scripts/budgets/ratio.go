package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"pollpush/internal/child"
	"pollpush/internal/scenario"
)

// errBusy says that the machine was too busy for a comparison to be one.
var errBusy = errors.New("the machine is too busy: leave it alone meanwhile")

// cost measures the processor seconds of a message or a poll, against a target that has served nobody else.
type cost func(context.Context, *child.Target) (float64, error)

// ratio returns the median of how many times the cost of theirs ours was, measured in turns. A turn that the
// machine was too busy for is taken again, a few times.
func ratio(ctx context.Context, s scenario.Scenario, ours, theirs cost) (float64, error) {
	wanted := either(3, 5)
	ratios := make([]float64, 0, wanted)
	for turns := 0; len(ratios) < wanted; turns++ {
		if turns == 3*wanted {
			return 0, errBusy
		}
		a, err := against(ctx, s, ours)
		var b float64
		if err == nil {
			b, err = against(ctx, s, theirs)
		}
		switch {
		case errors.Is(err, errBusy):
			_, _ = fmt.Fprintln(os.Stderr, err) // for who asks why it takes so long
		case err != nil:
			return 0, err
		default:
			ratios = append(ratios, a/b)
			_, _ = fmt.Fprintf(os.Stderr, "%.2f µs, the yardstick %.2f µs: %.3f\n", a*1e6, b*1e6, a/b)
		}
	}
	slices.Sort(ratios)
	return ratios[wanted/2], nil
}

func against(ctx context.Context, s scenario.Scenario, measure cost) (float64, error) {
	on, err := startTarget(ctx, s.Clients)
	if err != nil {
		return 0, err
	}
	defer on.Stop()
	return measure(ctx, on)
}
