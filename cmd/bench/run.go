package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

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
  bench run --clients 45000 --processes 3 --target-processes 3 --rate 0.2
  bench run --target http://127.0.0.1:8080 --admin http://127.0.0.1:9090`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			all, err := o.resolve(command.Flags())
			if err != nil {
				return cli.UsageError(err)
			}
			return runBenchmark(command.Context(), all, command.OutOrStdout(), command.ErrOrStderr())
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

// runBenchmark checks all that can be checked before anything starts, runs, and shows. There is one scenario,
// or one for each variant of a file.
func runBenchmark(ctx context.Context, all []*options, stdout, stderr io.Writer) error {
	for _, o := range all {
		if err := o.check(); err != nil {
			return cli.UsageError(o.locate(err))
		}
	}
	if all[0].show.format == report.HTML {
		if err := checkOverlay("--format html", len(all)); err != nil {
			return cli.UsageError(err)
		}
	}
	listener, err := all[0].metrics.listen()
	if err != nil {
		return cli.UsageError(err)
	}
	if listener != nil {
		defer func() { _ = listener.Close() }() // it is closed already where metrics were served
	}
	warn(ctx, all, stderr)
	var view *liveView
	if !all[0].quiet {
		view = newLiveView(stderr)
	}
	if view != nil {
		stderr = view.screen
	}
	jobs := make([]job, len(all))
	for i, o := range all {
		if err := o.probe(ctx, stderr); err != nil {
			return cli.UsageError(err)
		}
		out, err := createOut("out", o.outPath())
		if err != nil {
			return err
		}
		defer out.Discard()
		jobs[i] = job{options: o, out: out, engine: o.engine(stderr, view)}
	}
	endProfiles, err := profiles(all[0].profile, jobs, stderr)
	if err != nil {
		return err
	}
	m, err := startMonitor(&all[0].metrics, listener, jobs, stderr)
	if err != nil {
		return errors.Join(err, endProfiles())
	}
	err = runJobs(ctx, jobs, view, stdout)
	return errors.Join(err, endProfiles(), m.finish(ctx))
}

// job is one scenario, what runs it, and where the result goes.
type job struct {
	*options
	engine *engine.Engine
	out    *result.File // nil when it goes nowhere
}

// engine returns what runs the scenario, and says what is expected of it. It tells the view how it gets on, or
// stderr if there is none.
func (o *options) engine(stderr io.Writer, view *liveView) *engine.Engine {
	e := &engine.Engine{
		Scenario: o.scenario, Headers: o.headers, GroupHeaders: o.groupHeaders, Limits: o.limits,
		Launch: o.launch(stderr), TargetName: o.targetName(), Sources: o.spread.sources, Spread: o.processes(stderr),
	}
	switch {
	case view != nil:
		e.Progress = view.follow(o)
	case !o.quiet:
		e.Progress = progress(stderr, o.variant())
	}
	if !o.quiet {
		announce(stderr, o.variant(), o.scenario)
	}
	return e
}

// runJobs runs all scenarios in turns, with a view of it if there is one, and shows each result.
func runJobs(ctx context.Context, jobs []job, view *liveView, stdout io.Writer) error {
	engines := make([]*engine.Engine, len(jobs))
	for i, j := range jobs {
		engines[i] = j.engine
	}
	if view != nil {
		view.start(jobs)
	}
	results, runErr := engine.RunInTurns(ctx, engines)
	if view != nil {
		view.end()
	}
	errs := []error{outcome(ctx, results, runErr), show(jobs, results, stdout)}
	for i, j := range jobs {
		if len(results[i].Trials) > 0 {
			errs = append(errs, commitOut(j.out, results[i].Write))
		}
		errs = append(errs, judge(j.conditions, results[i]))
	}
	return errors.Join(errs...)
}

// sourceName is what a result is called where it is shown at once: the path of its file, but in a document as
// shortly as can be.
func (o *options) sourceName() string {
	switch {
	case o.show.format != report.HTML:
		return o.outPath()
	case o.variant() != "":
		return o.variant()
	case o.out != "":
		return baseName(o.out)
	}
	return "this run"
}

// show completes and prints what was measured. A run that measured nothing leaves nothing.
func show(jobs []job, results []result.Result, stdout io.Writer) error {
	var sources []report.Source
	for i, j := range jobs {
		r := &results[i]
		r.Variant = j.variant()
		addPredictions(r)
		if len(r.Trials) > 0 {
			sources = append(sources, report.Source{Name: j.sourceName(), Result: *r})
		}
	}
	if len(sources) == 0 {
		return nil
	}
	return jobs[0].show.write(stdout, sources)
}

// outPath is where the result goes, "" for nowhere. That of a variant has its name in it: result.json
// becomes result.fresh.json.
func (o *options) outPath() string {
	if o.out == "" || o.variant() == "" {
		return o.out
	}
	extension := filepath.Ext(o.out)
	return strings.TrimSuffix(o.out, extension) + "." + o.variant() + extension
}

// createOut makes sure that the file that a flag names can be written. It is nil when there is none.
func createOut(flag, path string) (*result.File, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // no file is not a failure
	}
	out, err := result.Create(path)
	if err != nil {
		return nil, cli.UsageError(fmt.Errorf("--%s: %w", flag, err))
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
func outcome(ctx context.Context, results []result.Result, runErr error) error {
	nothing, invalid := true, false
	for _, r := range results {
		nothing = nothing && len(r.Trials) == 0
		invalid = invalid || r.Invalid()
	}
	switch {
	case ctx.Err() != nil && nothing:
		return errNothing
	case ctx.Err() != nil:
		return errIncomplete
	case runErr != nil:
		return runErr
	case invalid:
		return errInvalid
	}
	return nil
}
