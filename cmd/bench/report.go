package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pollpush/internal/cli"
	"pollpush/internal/gallery"
	"pollpush/internal/metric"
	"pollpush/internal/report"
)

// reportOptions are the flags of bench report.
type reportOptions struct {
	showOptions
	updateOptions
	layers  bool
	against string
	charts  string
}

func reportCommand() *cobra.Command {
	o := &reportOptions{showOptions: newShowOptions()}
	command := &cobra.Command{
		Use:   "report RESULT.json...",
		Short: "Show results that bench run has stored",
		Long: `report shows what bench run --out has stored as bench run itself does, one result
after the other. With --layers it puts them together into one table of the bytes that
each delivery took, by layer. With --format html it writes one document with charts, in
which up to four results lie over each other, and which needs nothing else to be read.
With --charts it draws the same charts into files besides, each as SVG and as PNG.

Figures have names that stay, as latency.p99, for --columns, --fail-if and the heads of
CSV; docs/compare.md lists them all. Their groups are
` + strings.Join(metric.Groups(), ", ") + `.

With --update it refreshes a Markdown document instead: what stands between two markers,
each on a line of its own. The first may say what is to be there: result=FILE.json, from
the document's folder, and may be given again; columns=latency.*,server.memory; lang=zh;
show=table, or show=layers; against=rate:

    <!-- pollpush:begin result=result.json -->
    <!-- pollpush:end -->

Exit code: 0, or 2 when it was asked for something that cannot be, 1 when a snippet that
--check looks at is stale.`,
		Example: `  bench report result.json
  bench report --columns latency.p99,wire.bytes_per_message --lang zh result.json
  bench report --format csv before.json after.json > both.csv
  bench report --layers --format markdown http1.json http2.json
  bench report --against poll-interval --charts charts fast.json slow.json slower.json
  bench report --update README.md
  bench report --update README.md --check
  bench report --format html before.json after.json > report.html
  bench report --charts charts result.json`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := o.checkUpdate(command.Flags()); err != nil {
				return cli.UsageError(err)
			}
			if o.update != "" {
				return runUpdate(o.updateOptions, args, command.OutOrStdout())
			}
			if command.Flags().Changed(againstFlag) && o.against == "" {
				return cli.UsageError(errors.New("--against is empty: name a setting, as rate or poll-interval"))
			}
			return runReport(o, args, command.OutOrStdout())
		},
	}
	f := command.Flags()
	f.SortFlags = false
	o.bind(f)
	f.BoolVar(&o.layers, layersFlag, false, "one table of bytes per delivery by layer, over all results")
	f.StringVar(&o.against, againstFlag, "", "one table of figures against this setting, over all results, as rate or variant")
	f.StringVar(&o.charts, chartsFlag, "", "draw charts into this folder besides, as SVG and PNG")
	f.StringVar(&o.update, updateFlag, "", "Markdown document whose snippets are made anew, instead of printing")
	f.BoolVar(&o.updateOptions.check, checkFlag, false, "with --update: change nothing, and exit with 1 if a snippet is stale")
	return command
}

// checkUpdate refuses flags that contradict each other.
func (o *reportOptions) checkUpdate(line *pflag.FlagSet) error {
	if !line.Changed(updateFlag) {
		if o.updateOptions.check {
			return errors.New("--check looks at the snippets of a document: name it with --update")
		}
		return nil
	}
	for _, name := range []string{formatFlag, columnsFlag, langFlag, layersFlag, againstFlag, chartsFlag} {
		if line.Changed(name) {
			return fmt.Errorf("--%s says nothing to a document: its markers say what is shown, so leave it out", name)
		}
	}
	if o.update == "" {
		return errors.New("--update is empty: name a Markdown document")
	}
	return nil
}

func runReport(o *reportOptions, paths []string, stdout io.Writer) error {
	sources, err := o.read(paths)
	if err != nil {
		return cli.UsageError(err)
	}
	if o.against != "" {
		return o.sweep(sources, stdout)
	}
	if o.charts != "" {
		figures, _, err := gallery.Of(briefly(sources))
		if err != nil {
			return cli.UsageError(fmt.Errorf("--charts: %w", err))
		}
		if err := drawCharts(o.charts, figures); err != nil {
			return err
		}
	}
	switch {
	case o.layers:
		err := report.WriteLayers(stdout, o.options(stdout), sources)
		if errors.Is(err, report.ErrNoLayers) {
			return cli.UsageError(err)
		}
		return err
	case o.format == report.HTML:
		sources = briefly(sources)
	}
	return o.write(stdout, sources)
}

// read checks what was asked for, and reads all results before any is shown.
func (o *reportOptions) read(paths []string) ([]report.Source, error) {
	if len(paths) == 0 {
		return nil, errors.New("report what? Name a file that bench run --out has written")
	}
	if err := o.showOptions.check(); err != nil {
		return nil, err
	}
	if o.layers && o.columns != nil {
		return nil, errors.New("--columns and --layers contradict each other: --layers has columns of its own, so name one")
	}
	if o.layers && o.format != report.Table && o.format != report.Markdown {
		return nil, errors.New("--layers is a table: the JSON of a result has every layer already, so want table or markdown")
	}
	if err := o.checkAgainst(); err != nil {
		return nil, err
	}
	if o.format == report.HTML {
		if err := checkOverlay("--format html", len(paths)); err != nil {
			return nil, err
		}
	}
	if o.charts != "" && o.against == "" {
		if err := checkOverlay("--charts", len(paths)); err != nil {
			return nil, err
		}
	}
	return readSources(paths)
}

// checkFormat refuses a format that is none of those wanted.
func checkFormat(f report.Format, want []report.Format) error {
	if slices.Contains(want, f) {
		return nil
	}
	return fmt.Errorf("--format %q is unknown: want %s", f, formats(want))
}

// formats lists formats for a person.
func formats(all []report.Format) string {
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = string(f)
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}
