package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/internal/compare"
	"pollpush/internal/metric"
	"pollpush/internal/report"
)

// compareOptions are the flags of bench compare.
type compareOptions struct {
	format  report.Format
	metrics []string
	failIf  []string
	force   bool
}

func compareCommand() *cobra.Command {
	o := &compareOptions{format: report.Table}
	command := &cobra.Command{
		Use:   "compare A.json B.json",
		Short: "Compare two results that bench run has stored",
		Long: `compare puts two results side by side, figure by figure: the medians of their trials
with 95 % intervals, the change from A to B, and the p-value of a Mann-Whitney U-test.
What chance may have made is marked with ~. The mean latencies decide; everything else
is shown, and decides nothing. Each result needs 6 trials (bench run --trials 6), or
no p-value can be given.

Exit code: 0, or 2 when the two cannot be compared, 3 when a --fail-if holds, 1 when
nobody can tell whether it does.`,
		Example: `  bench compare before.json after.json
  bench compare --metrics '*.latency.*,websocket.wire.*' before.json after.json
  bench compare --fail-if 'websocket.latency.p99 > +10%' before.json after.json`,
		RunE: func(command *cobra.Command, args []string) error {
			return runCompare(o, args, command.OutOrStdout())
		},
	}
	f := command.Flags()
	f.SortFlags = false
	f.StringSliceVar(&o.metrics, "metrics", nil, "what to show, as '*.latency.p99' (default: everything)")
	f.StringArrayVar(&o.failIf, "fail-if", nil, "exit with 3 if this holds, as 'websocket.latency.p99 > +10%'; may be given again")
	f.BoolVar(&o.force, "force", false, "compare results of different scenarios all the same")
	f.StringVar((*string)(&o.format), "format", string(o.format), "what to print: "+formats(report.Formats()))
	return command
}

// runCompare checks all that can be checked before anything is shown.
func runCompare(o *compareOptions, paths []string, stdout io.Writer) error {
	c, err := o.compare(paths)
	if err != nil {
		return cli.UsageError(err)
	}
	var conditions []metric.Condition
	if conditions, err = parseAll(o.failIf, c.Transports()); err != nil {
		return cli.UsageError(err)
	}
	missed := judgeChange(conditions, c)
	if err := c.Choose(o.metrics); err != nil {
		return cli.UsageError(fmt.Errorf("--metrics: %w", err))
	}
	return errors.Join(c.Write(stdout, o.format), missed)
}

func (o *compareOptions) compare(paths []string) (*compare.Comparison, error) {
	if len(paths) != 2 {
		return nil, fmt.Errorf("compare wants two results, and not %d: name two files that bench run --out has written", len(paths))
	}
	if err := checkFormat(o.format, report.Formats()); err != nil {
		return nil, err
	}
	var sides [2]compare.Side
	for i, path := range paths {
		r, err := readResult(path)
		if err != nil {
			return nil, err
		}
		sides[i] = compare.Side{Name: path, Result: r}
	}
	return compare.New(sides[0], sides[1], o.force)
}
