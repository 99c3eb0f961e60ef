package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"pollpush/internal/scenario"
)

// style is how a table is drawn.
type style struct {
	renderer tw.Renderer
	heading  func(string) string // marks a row that is a heading
	indent   string              // before the label of a row that is none
	escape   func(string) string
	// bullets stand before the sentences of each paragraph. They differ, because Markdown would
	// take paragraphs with the same one for a single list.
	bullets [3]string
}

func terminalStyle() style {
	return style{
		renderer: renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.On},
			},
		}),
		heading: func(s string) string { return s },
		indent:  "  ",
		escape:  oneLine,
	}
}

func markdownStyle() style {
	return style{
		renderer: renderer.NewMarkdown(),
		heading:  func(s string) string { return "**" + s + "**" },
		escape:   escapeMarkdown,
		bullets:  [3]string{"- ", "+ ", "* "},
	}
}

// oneLine takes line ends out: a cell is one line.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// escapeMarkdown escapes what would end a cell or become a tag.
func escapeMarkdown(s string) string {
	return strings.NewReplacer(`|`, `\|`, `<`, `&lt;`, "\r", " ", "\n", " ").Replace(s)
}

// Prose returns a sentence as it can stand outside of a table.
func Prose(f Format, sentence string) string {
	if f == Markdown {
		return escapeMarkdown(sentence)
	}
	return oneLine(sentence)
}

// Grid is a table of texts. The first row is the header.
type Grid struct {
	// Labels is how many columns, from the left, say what a row is: they are aligned to the left, the
	// figures behind them to the right.
	Labels int
	Rows   [][]string
}

// WriteGrid writes a table as text for a terminal or as Markdown. What is in the cells is escaped.
func WriteGrid(w io.Writer, f Format, g Grid) error {
	switch f { //nolint:exhaustive // a table in JSON is nothing that anybody could use
	case Markdown:
		return writeGrid(w, markdownStyle(), g)
	case Table:
		return writeGrid(w, terminalStyle(), g)
	}
	return fmt.Errorf("format %q is unknown", f)
}

func writeGrid(w io.Writer, s style, g Grid) error {
	var align []tw.Align
	for i := range g.Rows[0] {
		if i < g.Labels {
			align = append(align, tw.AlignLeft)
		} else {
			align = append(align, tw.AlignRight)
		}
	}
	table := tablewriter.NewTable(w,
		tablewriter.WithRenderer(s.renderer),
		tablewriter.WithHeaderAutoFormat(tw.Off), // it would turn p99 into P 99
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off), // the indent is meant
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	)
	for i, row := range g.Rows {
		cells := make([]string, len(row))
		for j, text := range row {
			cells[j] = s.escape(text)
		}
		if i == 0 {
			table.Header(cells)
		} else if err := table.Append(cells); err != nil {
			return err
		}
	}
	return table.Render()
}

// sideBySide is the table of a result: a column for each transport.
func sideBySide(s style, what scenario.Scenario, cs []column) Grid {
	header := []string{""}
	for _, c := range cs {
		header = append(header, title[c.transport])
	}
	g := Grid{Labels: 1, Rows: [][]string{header}}
	for _, r := range rows {
		if r.shown(what, cs) {
			g.Rows = append(g.Rows, cells(s, r, cs))
		}
	}
	return g
}

func cells(s style, r row, cs []column) []string {
	if r.value == nil {
		return append([]string{s.heading(r.label)}, make([]string, len(cs))...)
	}
	label := s.indent + r.label
	if r.alone {
		label = s.heading(r.label)
	}
	texts := []string{label}
	for _, c := range cs {
		texts = append(texts, r.cell(c))
	}
	return texts
}
