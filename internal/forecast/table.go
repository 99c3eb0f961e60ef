package forecast

import (
	"fmt"
	"io"
	"strings"

	"pollpush/internal/report"
	"pollpush/internal/visible"
)

// CSV is a format of forecasts alone: a line for each transport or, of a map, for each cell.
const CSV report.Format = "csv"

// Formats returns the formats that a forecast can be shown in.
func Formats() []report.Format {
	return []report.Format{report.Table, report.Markdown, CSV, report.JSON}
}

// Write shows the forecast, or its map if it has one. The JSON has both.
func (f *Forecast) Write(w io.Writer, format report.Format) error {
	switch {
	case format == report.JSON:
		return visible.WriteJSON(w, f)
	case format == CSV && f.Map != nil:
		return writeCSV(w, cellFields, f.Map)
	case format == CSV:
		return writeCSV(w, columnFields, f.Transports)
	}
	var b strings.Builder
	title, grid := "Computed by the model, nothing was measured", f.grid(format)
	if f.Map != nil {
		title, grid = mapTitle(f), f.mapGrid()
	}
	fmt.Fprintf(&b, "%s\n\n", emphasized(format, title))
	if err := report.WriteGrid(&b, format, grid); err != nil {
		return err
	}
	if f.Map != nil {
		list(&b, format, mapNotes)
	} else {
		list(&b, format, f.breakEvenSentences())
	}
	list(&b, format, f.Notes)
	_, err := io.WriteString(w, b.String())
	return err
}

func emphasized(f report.Format, text string) string {
	if f == report.Markdown {
		return "**" + text + "**"
	}
	return text
}

// list adds sentences, behind a blank line.
func list(b *strings.Builder, f report.Format, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	b.WriteByte('\n')
	for _, s := range sentences {
		if f == report.Markdown {
			b.WriteString("- ")
		}
		b.WriteString(report.Prose(f, s) + "\n")
	}
}

// breakEvenSentences returns those of all, the extrapolated ones marked.
func (f *Forecast) breakEvenSentences() []string {
	var sentences []string
	for _, b := range f.BreakEvens {
		for _, s := range b.Sentences {
			if b.Extrapolated {
				s = "~ " + s
			}
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// row is one figure of the table; a heading has no value.
type row struct {
	label string
	value func(Column) string
}

// grid is the table: a column for each transport.
func (f *Forecast) grid(format report.Format) report.Grid {
	header := []string{""}
	for _, c := range f.Transports {
		header = append(header, report.Title(c.Transport))
	}
	g := report.Grid{Labels: 1, Rows: [][]string{header}}
	for _, r := range f.rows() {
		g.Rows = append(g.Rows, f.cells(format, r))
	}
	return g
}

func (f *Forecast) cells(format report.Format, r row) []string {
	if r.value == nil {
		return append([]string{emphasized(format, r.label)}, make([]string, len(f.Transports))...)
	}
	label := r.label
	if format != report.Markdown {
		label = "  " + label
	}
	cells := []string{label}
	for _, c := range f.Transports {
		cells = append(cells, r.value(c))
	}
	return cells
}
