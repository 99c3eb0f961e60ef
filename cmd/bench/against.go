package main

import (
	"errors"
	"fmt"
	"io"

	"pollpush/internal/cli"
	"pollpush/internal/gallery"
	"pollpush/internal/report"
)

// checkAgainst refuses what goes with no sweep.
func (o *reportOptions) checkAgainst() error {
	switch {
	case o.against == "":
		return nil
	case o.layers:
		return errors.New("--against and --layers are two different tables: leave one of them out")
	case o.format != report.Table && o.format != report.Markdown:
		return fmt.Errorf("--against is a table, and --format %s has every result by itself: want table or markdown", o.format)
	}
	return nil
}

// sweep shows results by the setting in which they differ.
func (o *reportOptions) sweep(sources []report.Source, stdout io.Writer) error {
	s, err := newSweep(o.against, o.showOptions, sources)
	if err != nil {
		return cli.UsageError(err)
	}
	if o.charts != "" {
		if err := drawCharts(o.charts, gallery.OfSweep(s)); err != nil {
			return err
		}
	}
	return report.WriteSweep(stdout, o.options(stdout), s)
}

func newSweep(setting string, o showOptions, sources []report.Source) (report.Sweep, error) {
	s, err := report.NewSweep(setting, o.kinds, sources)
	if err != nil {
		return report.Sweep{}, fmt.Errorf("--%s: %w", againstFlag, err)
	}
	return s, nil
}
