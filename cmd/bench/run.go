package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/internal/engine"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

func runCommand() *cobra.Command {
	o := newOptions()
	command := &cobra.Command{
		Use:   "run",
		Short: "Run the benchmark and show the table",
		Long: `run measures each transport in turn, each against a fresh target unless --target
names one, and shows them side by side. Ctrl-C ends it at once and shows what was
measured so far.

Exit code: 0 when all trials are complete and none is invalid, 1 otherwise, 2 when
it was asked for something that cannot be, 3 when a --fail-if holds.`,
		Example: `  bench run
  bench run --clients 200 --rate 10 --poll-interval 500ms
  bench run --transports short-poll,websocket --trials 3 --out result.json
  bench run --fail-if 'websocket.latency.p99 > 20ms' --fail-if 'short-poll.messages.lost > 0'
  bench run --scenario scripts/scenarios/chat.yaml --trials 3
  bench run --target http://127.0.0.1:8080 --admin http://127.0.0.1:9090`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := o.load(command.Flags()); err != nil {
				return cli.UsageError(err)
			}
			return runBenchmark(command.Context(), o, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	o.bind(command.Flags())
	return command
}

// Why a run whose figures were shown did not succeed.
var (
	errNothing    = errors.New("the run was cut short before anything was measured")
	errIncomplete = errors.New("the run was cut short: what is shown is incomplete")
	errInvalid    = errors.New("a trial is invalid: see the reasons under the table")
)

// runBenchmark checks all that can be checked before anything starts, runs, and shows.
func runBenchmark(ctx context.Context, o *options, stdout, stderr io.Writer) error {
	if err := o.check(); err != nil {
		return cli.UsageError(o.locate(err))
	}
	if err := o.probe(ctx, stderr); err != nil {
		return cli.UsageError(err)
	}
	out, err := createOut(o.out)
	if err != nil {
		return err
	}
	defer out.Discard()
	e := &engine.Engine{Scenario: o.scenario, Headers: o.headers, Limits: o.limits, Launch: o.launch(stderr), TargetName: o.targetName()}
	if !o.quiet {
		e.Progress = progress(stderr)
		announce(stderr, o.scenario)
	}
	stopMetrics, err := serveMetrics(o.metricsAddr, e, stderr)
	if err != nil {
		return err
	}
	defer stopMetrics()

	r, runErr := e.Run(ctx)
	addPredictions(&r)
	return errors.Join(outcome(ctx, r, runErr), show(o, out, r, stdout), judge(o.conditions, r))
}

// show prints what was measured and stores it. A run that measured nothing leaves nothing.
func show(o *options, out *result.File, r result.Result, stdout io.Writer) error {
	if len(r.Trials) == 0 {
		return nil
	}
	return errors.Join(report.Write(stdout, o.format, r), commitOut(out, r.Write))
}

// createOut makes sure that the file of --out can be written. It is nil when there is none.
func createOut(path string) (*result.File, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // no file is not a failure
	}
	out, err := result.Create(path)
	if err != nil {
		return nil, cli.UsageError(fmt.Errorf("--out: %w", err))
	}
	return out, nil
}

// commitOut writes the file of --out, if there is one.
func commitOut(out *result.File, write func(io.Writer) error) error {
	if out == nil {
		return nil
	}
	if err := out.Commit(write); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// outcome is why a run did not succeed, nil when it did.
func outcome(ctx context.Context, r result.Result, runErr error) error {
	switch {
	case ctx.Err() != nil && len(r.Trials) == 0:
		return errNothing
	case ctx.Err() != nil:
		return errIncomplete
	case runErr != nil:
		return runErr
	case r.Invalid():
		return errInvalid
	}
	return nil
}
