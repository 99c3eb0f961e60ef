package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pollpush/internal/cli"
	"pollpush/internal/engine"
	"pollpush/internal/quantumleap"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// leapOptions are the flags of bench quantum-leap.
type leapOptions struct {
	settings quantumleap.Settings
	limits   []string
	out      string
	format   report.Format
	quiet    bool
}

func quantumLeapCommand() *cobra.Command {
	o := &leapOptions{settings: quantumleap.Default(), format: report.Table}
	command := &cobra.Command{
		Use:   "quantum-leap",
		Short: "Put the claim that WebSocket takes 2 bytes for 871 to the test",
		Long: `quantum-leap puts the best-known figures on polling and WebSocket to the test, those of
Lubbers & Greco 2010, "HTML5 Web Sockets: A Quantum Leap in Scalability for the Web".
It replays their exchange on a socket and counts it, computes their table from it, and
then measures their workload, a message a second to each client: polling with few
header fields and with many, over HTTP/1.1 and HTTP/2, and WebSocket. So it shows what
TCP/IP packets, which the paper leaves out, make of its ratio.

It takes a minute and a half. Ctrl-C ends it at once and shows what was measured so far.

Exit code: 0 when all was measured that this host allows and no trial is invalid, 1
otherwise, 2 when it was asked for something that cannot be.`,
		Example: `  bench quantum-leap
  bench quantum-leap --clients 100 --duration 10s
  bench quantum-leap --format markdown --out leap.json`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return runQuantumLeap(command.Context(), o, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	o.bind(command.Flags())
	return command
}

func (o *leapOptions) bind(f *pflag.FlagSet) {
	s := &o.settings
	f.SortFlags = false
	f.IntSliceVar(&s.Clients, "clients", s.Clients, "numbers of clients to measure, in turn")
	f.DurationVar(&s.Warmup, "warmup", s.Warmup, "time before each window, which does not count")
	f.DurationVar(&s.Duration, "duration", s.Duration, "each window: what falls due in it counts")
	bindLimits(f, &o.limits)
	f.StringVar(&o.out, "out", "", "write everything as JSON to this file")
	f.StringVar((*string)(&o.format), "format", string(o.format), "what to print: table, markdown or json")
	f.BoolVar(&o.quiet, "quiet", false, "no progress on standard error")
}

// check returns the first thing that cannot work, before anything has started, and puts the numbers of
// clients in order. What this host does not allow is shown in place of figures.
func (o *leapOptions) check() error {
	s := &o.settings
	if len(s.Clients) == 0 {
		return errors.New("--clients is empty: name one number of clients or more")
	}
	s.Clients = slices.Sorted(slices.Values(s.Clients))
	for i, clients := range s.Clients {
		if i > 0 && s.Clients[i-1] == clients {
			return fmt.Errorf("--clients names %d twice: name each number once", clients)
		}
		for _, v := range quantumleap.Variants() {
			if err := s.Scenario(v, clients).Validate(); err != nil {
				return err
			}
		}
	}
	if _, err := readLimits(o.limits); err != nil {
		return err
	}
	if !slices.Contains(report.Formats(), o.format) {
		return fmt.Errorf("--format %q is unknown: want table, markdown or json", o.format)
	}
	return nil
}

// Why a comparison that was shown did not succeed.
var (
	errNoCrowd    = errors.New("nothing was measured: see the reasons under the paper's table")
	errFailedTurn = errors.New("not all could be measured: see the reasons under the tables")
)

// runQuantumLeap checks all that can be checked before anything starts, runs, and shows.
func runQuantumLeap(ctx context.Context, o *leapOptions, stdout, stderr io.Writer) error {
	if err := o.check(); err != nil {
		return cli.UsageError(err)
	}
	out, err := createOut("out", o.out)
	if err != nil {
		return err
	}
	defer out.Discard()
	l, err := quantumleap.Run(ctx, o.settings, &leapBench{limits: o.limits, quiet: o.quiet, stderr: stderr})
	if l == nil && ctx.Err() != nil {
		return errNothing
	}
	if l == nil {
		return err
	}
	store := func(w io.Writer) error { return l.Write(w, report.JSON) }
	return errors.Join(shortcoming(l), l.Write(stdout, o.format), commitOut(out, store))
}

// shortcoming is what a comparison lacks, nil when it lacks nothing.
func shortcoming(l *quantumleap.Leap) error {
	switch {
	case !l.Complete:
		return errIncomplete
	case l.Failed():
		return errFailedTurn
	case l.Worst() == result.Invalid:
		return errInvalid
	case l.Worst() == "":
		return errNoCrowd
	}
	return nil
}

// leapBench runs scenarios as bench run does.
type leapBench struct {
	limits []string
	quiet  bool
	stderr io.Writer
}

// Check implements quantumleap.Bench.
func (b *leapBench) Check(s scenario.Scenario) error {
	_, err := b.options(s)
	return err
}

// Run implements quantumleap.Bench.
func (b *leapBench) Run(ctx context.Context, s scenario.Scenario) (result.Result, error) {
	o, err := b.options(s)
	if err != nil {
		return result.Result{}, err
	}
	e := &engine.Engine{Scenario: o.scenario, Headers: o.headers, Limits: o.limits, Launch: o.launch(b.stderr), TargetName: o.targetName()}
	if !b.quiet {
		_, _ = fmt.Fprintf(b.stderr, "%d clients, %s, HTTP/%s, header profile %s\n", s.Clients, s.Transports[0], s.HTTP, s.Headers)
		e.Progress = progress(b.stderr, "")
	}
	return e.Run(ctx)
}

// options returns what bench run would be given to run a scenario.
func (b *leapBench) options(s scenario.Scenario) (*options, error) {
	o := newOptions()
	o.scenario, o.transports, o.limitTexts = s, nil, b.limits
	for _, t := range s.Transports {
		o.transports = append(o.transports, string(t))
	}
	return o, o.check()
}
