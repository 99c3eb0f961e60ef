package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/internal/forecast"
	"pollpush/internal/report"
)

// predictOptions are the flags of bench predict.
type predictOptions struct {
	run       *options // of which it has those that say what a scenario is
	roundTrip time.Duration
	session   time.Duration
	cores     int
	coresSet  bool
	from      string
	grid      bool
	format    report.Format
}

func predictCommand() *cobra.Command {
	o := &predictOptions{run: newOptions(), session: time.Hour, format: report.Table}
	command := &cobra.Command{
		Use:   "predict",
		Short: "Compute what a scenario would cost at any scale, and measure nothing",
		Long: `predict asks the model alone: how late messages arrive, what crosses the wire, and
from which poll interval on polling takes less than a push. It runs nothing, so it takes
no time and there is no scale that this host could not hold. With --from it takes from a
stored result what a poll and a push cost the server, and extrapolates, marked with ~.

Exit code: 0, or 2 when it was asked for something that cannot be.`,
		Example: `  bench predict --clients 1000000 --rate 0.1 --poll-interval 5s --rtt 60ms
  bench predict --from result.json --clients 100000 --cores 16
  bench predict --map --headers chrome --format csv`,
		Args: cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			o.coresSet = command.Flags().Changed("cores")
			return runPredict(o, command.OutOrStdout())
		},
	}
	f := command.Flags()
	o.run.bindScenario(f)
	f.DurationVar(&o.roundTrip, "rtt", 0, "round trip of the link between clients and server")
	f.DurationVar(&o.session, "session", o.session, "how long a connection lasts until it is made anew")
	f.IntVar(&o.cores, "cores", 0, "processors of the server (default: those of the result of --from, or 1)")
	f.StringVar(&o.from, "from", "", "result of bench run --out to take the server's processor time and memory from")
	f.BoolVar(&o.grid, "map", false, "show over rates and poll intervals who takes fewer bytes")
	f.StringVar((*string)(&o.format), "format", string(o.format), "what to print: "+formats(forecast.Formats()))
	return command
}

func runPredict(o *predictOptions, stdout io.Writer) error {
	f, err := o.forecast()
	if err != nil {
		return cli.UsageError(err)
	}
	return f.Write(stdout, o.format)
}

// forecast checks what was asked for, and answers it.
func (o *predictOptions) forecast() (*forecast.Forecast, error) {
	if err := checkFormat(o.format, forecast.Formats()); err != nil {
		return nil, err
	}
	if o.coresSet && o.cores < 1 {
		return nil, fmt.Errorf("--cores %d: want 1 or more, or leave it out", o.cores)
	}
	o.run.nameTransports()
	q := forecast.Question{Scenario: o.run.scenario, RoundTrip: o.roundTrip, Session: o.session, Cores: o.cores}
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if err := o.run.loadHeaders(); err != nil {
		return nil, err
	}
	q.Headers = o.run.headers
	if o.from != "" {
		r, err := readResult(o.from)
		if err != nil {
			return nil, fmt.Errorf("--from: %w", err)
		}
		q.From = &forecast.Source{Name: o.from, Result: r}
	}
	f, err := forecast.New(q)
	if err == nil && o.grid {
		err = f.AddMap()
	}
	return f, err
}
