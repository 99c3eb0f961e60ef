package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"pollpush/internal/cli"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

// reportOptions are the flags of bench report.
type reportOptions struct {
	format report.Format
	layers bool
}

func reportCommand() *cobra.Command {
	o := &reportOptions{format: report.Table}
	command := &cobra.Command{
		Use:   "report RESULT.json...",
		Short: "Show results that bench run has stored",
		Long: `report shows what bench run --out has stored as bench run itself does, one result
after the other. With --layers it puts them together into one table of the bytes that
each delivery took, by layer.

Exit code: 0, or 2 when it was asked for something that cannot be.`,
		Example: `  bench report result.json
  bench report --layers --format markdown http1.json http2.json`,
		RunE: func(command *cobra.Command, args []string) error {
			return runReport(o, args, command.OutOrStdout())
		},
	}
	f := command.Flags()
	f.StringVar((*string)(&o.format), "format", string(o.format), "what to print: table, markdown or json")
	f.BoolVar(&o.layers, "layers", false, "one table of bytes per delivery by layer, over all results")
	return command
}

func runReport(o *reportOptions, paths []string, stdout io.Writer) error {
	results, err := o.read(paths)
	if err != nil {
		return cli.UsageError(err)
	}
	if o.layers {
		return report.WriteLayers(stdout, o.format, results)
	}
	for i, r := range results {
		if i > 0 && o.format != report.JSON {
			_, _ = fmt.Fprintln(stdout) // whoever cannot be written to says so below
		}
		if err := report.Write(stdout, o.format, r); err != nil {
			return err
		}
	}
	return nil
}

// read checks what was asked for, and reads all results before any is shown.
func (o *reportOptions) read(paths []string) ([]result.Result, error) {
	if len(paths) == 0 {
		return nil, errors.New("report what? Name a file that bench run --out has written")
	}
	if !slices.Contains(report.Formats(), o.format) {
		return nil, fmt.Errorf("--format %q is unknown: want table, markdown or json", o.format)
	}
	if o.layers && o.format == report.JSON {
		return nil, errors.New("--layers is a table: the JSON of a result has every layer already, so want table or markdown")
	}
	var results []result.Result
	for _, path := range paths {
		file, err := os.Open(path) //nolint:gosec // the path is what the user named for this
		if err != nil {
			return nil, err
		}
		r, err := result.Read(file)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, fmt.Errorf("%s: %w: name a file that bench run --out has written", path, err)
		}
		results = append(results, r)
	}
	return results, nil
}
