package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/internal/doctor"
	"pollpush/internal/engine"
	"pollpush/internal/host"
	"pollpush/internal/report"
	"pollpush/pkg/transport"
)

// loadSpan is for how long the doctor looks at what others do with the processors.
const loadSpan = 250 * time.Millisecond

// errRefused says why bench doctor exits with 1.
var errRefused = errors.New("this host cannot carry that: bench run would refuse it")

func doctorCommand() *cobra.Command {
	o := newOptions()
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether this host can carry a scenario, and what to type where it cannot",
		Long: `doctor takes the scenario that bench run would be given, and looks at this host: open
files, local ports, queues, memory, processors, the clock, and what else is running. For
each it shows what the scenario needs, what there is and what that would allow, and what
to type to raise it. It runs nothing and changes nothing.

bench run looks by itself: it refuses what cannot work, and warns of the rest.

Exit code: 0 when the scenario can be run, with or without warnings, 1 when it would be
refused, 2 when it was asked for something that cannot be.`,
		Example: `  bench doctor
  bench doctor --clients 15000 --transports websocket,sse
  bench doctor --clients 45000 --processes 3 --target-processes 3
  bench doctor --transports short-poll --poll-interval 100ms --keepalive=false
  bench doctor --scenario scripts/scenarios/chat.yaml --format json`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			all, err := o.resolve(command.Flags())
			if err != nil {
				return cli.UsageError(err)
			}
			return runDoctor(command.Context(), all, command.OutOrStdout())
		},
	}
	f := command.Flags()
	o.bindPlan(f)
	o.bindTarget(f)
	o.spread.bind(f)
	f.StringVar((*string)(&o.show.format), formatFlag, string(o.show.format), "what to print: "+formats(report.Formats()))
	return command
}

// runDoctor examines the host for one scenario, or for each variant of a file.
func runDoctor(ctx context.Context, all []*options, stdout io.Writer) error {
	for _, o := range all {
		err := o.checkPlan()
		if err == nil {
			err = checkFormat(o.show.format, report.Formats())
		}
		if err != nil {
			return cli.UsageError(o.locate(err))
		}
	}
	var refused error
	surveyed := survey(ctx)
	for i, o := range all {
		r := doctor.Report{Variant: o.variant(), Plan: o.plan(), Findings: doctor.Examine(o.plan(), surveyed)}
		if o.show.format != report.JSON {
			_, _ = io.WriteString(stdout, between(i, o.variant())) // whoever cannot be written to says so below
		}
		if err := r.Write(stdout, o.show.format); err != nil {
			return err
		}
		if r.Verdict() == doctor.Refuses {
			refused = errRefused
		}
	}
	return refused
}

// between is what stands above the findings for the i-th variant, which may be the only one and have no name.
func between(i int, variant string) string {
	text := ""
	if i > 0 {
		text = "\n"
	}
	if variant != "" {
		text += "Variant " + variant + "\n\n"
	}
	return text
}

// plan is what the doctor needs to know of a run.
func (o *options) plan() doctor.Plan {
	p := doctor.Plan{
		Scenario: o.scenario, Attached: o.target != "", Remote: o.remote(), Dials: engine.ConcurrentDials,
		Sources: max(1, o.spread.sources.Len()),
	}
	p.Generator, p.Target = o.processes(nil).MostClients(o.scenario.Peak())
	return p
}

// remote reports whether the target is beyond the loopback. A name may be anywhere.
func (o *options) remote() bool {
	if o.target == "" {
		return false
	}
	endpoint, err := transport.ParseEndpoint(o.target)
	if err != nil {
		return true // it is checked elsewhere
	}
	name, _, err := net.SplitHostPort(endpoint.Address)
	if err != nil || name == "localhost" {
		return err != nil
	}
	address, err := netip.ParseAddr(name)
	return err != nil || !address.IsLoopback()
}

// refused returns the first thing that this host cannot do.
func (o *options) refused() error {
	for _, f := range doctor.Of(doctor.Refuses, doctor.Examine(o.plan(), host.Survey())) {
		return errors.New(f.Sentence())
	}
	return nil
}

// survey looks at the host, and for a moment at what others do with it.
func survey(ctx context.Context) host.Reading {
	r := host.Survey()
	r.Load = host.MeasureLoad(ctx, loadSpan)
	return r
}

// warn says what may distort the figures of a run, a line each. Being quiet does not silence it: what figures
// mean depends on it.
func warn(ctx context.Context, all []*options, stderr io.Writer) {
	surveyed := survey(ctx)
	told := make(map[string]bool)
	for _, o := range all {
		for _, f := range doctor.Of(doctor.Warns, doctor.Examine(o.plan(), surveyed)) {
			if sentence := f.Sentence(); !told[sentence] {
				told[sentence] = true
				_, _ = fmt.Fprintf(stderr, "bench: warning: %s\n", sentence)
			}
		}
	}
}
