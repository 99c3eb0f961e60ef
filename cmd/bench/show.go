package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"pollpush/internal/htmlreport"
	"pollpush/internal/metric"
	"pollpush/internal/report"
)

// showOptions are the flags of how results are shown.
type showOptions struct {
	format  report.Format
	lang    report.Lang
	columns []string
	kinds   []*metric.Kind // what check made of columns
}

func newShowOptions() showOptions {
	return showOptions{format: report.Table, lang: report.English}
}

func (o *showOptions) bind(f *pflag.FlagSet) {
	f.StringVar((*string)(&o.format), formatFlag, string(o.format), "what to print: "+formats(report.ResultFormats()))
	f.StringSliceVar(&o.columns, columnsFlag, nil, "figures of tables and CSV, as latency.p99,wire.* (default: those of the table, all in CSV)")
	f.StringVar((*string)(&o.lang), langFlag, string(o.lang), "language of tables and sentences: "+langs()+"; HTML is in English")
}

// check returns the first thing that cannot be shown.
func (o *showOptions) check() error {
	if err := checkFormat(o.format, report.ResultFormats()); err != nil {
		return err
	}
	if err := checkLang(o.lang); err != nil {
		return err
	}
	if o.format == report.HTML && o.lang != report.English {
		return fmt.Errorf("--lang %s: a document in HTML is in English alone: leave it out, or want table or markdown", o.lang)
	}
	if o.columns == nil {
		return nil
	}
	if o.format == report.JSON || o.format == report.GoBench || o.format == report.HTML {
		return fmt.Errorf("--columns is for table, markdown and csv: %s has everything, so leave it out", o.format)
	}
	var err error
	if o.kinds, err = chooseColumns(o.columns); err != nil {
		return fmt.Errorf("--columns: %w", err)
	}
	return nil
}

func chooseColumns(patterns []string) ([]*metric.Kind, error) {
	kinds, err := metric.Columns(patterns)
	if err == nil && len(kinds) == 0 {
		err = fmt.Errorf("it names no figure: want one or more, as latency.p99")
	}
	return kinds, err
}

func checkLang(l report.Lang) error {
	for _, known := range report.Langs() {
		if l == known {
			return nil
		}
	}
	return fmt.Errorf("--lang %q is unknown: want %s", l, langs())
}

// langs lists the languages for a person.
func langs() string {
	var names []string
	for _, l := range report.Langs() {
		names = append(names, string(l))
	}
	return strings.Join(names, " or ")
}

// write shows results on w.
func (o *showOptions) write(w io.Writer, sources []report.Source) error {
	if o.format == report.HTML {
		return htmlreport.Write(w, sources)
	}
	return report.Show(w, o.options(w), sources)
}

// options returns how to show results on w. Only a terminal has a width and colours, and colours only where
// nobody asked for none (https://no-color.org).
func (o *showOptions) options(w io.Writer) report.Options {
	shown := report.Options{Format: o.format, Lang: o.lang, Columns: o.kinds}
	file, ok := w.(*os.File)
	if !ok || o.format != report.Table || !term.IsTerminal(int(file.Fd())) {
		return shown
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil {
		shown.Width = width
	}
	shown.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return shown
}
