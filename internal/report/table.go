package report

import (
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

// writeTable writes the columns side by side.
func writeTable(w io.Writer, s style, what scenario.Scenario, cs []column) error {
	header := []string{""}
	align := []tw.Align{tw.AlignLeft}
	for _, c := range cs {
		header = append(header, s.escape(title[c.transport]))
		align = append(align, tw.AlignRight)
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
	table.Header(header)
	for _, r := range rows {
		if r.when != nil && !r.when(what) {
			continue
		}
		if err := table.Append(cells(s, r, cs)); err != nil {
			return err
		}
	}
	return table.Render()
}

func cells(s style, r row, cs []column) []string {
	if r.value == nil {
		return append([]string{s.heading(s.escape(r.label))}, make([]string, len(cs))...)
	}
	label := s.indent + s.escape(r.label)
	if r.alone {
		label = s.heading(s.escape(r.label))
	}
	texts := []string{label}
	for _, c := range cs {
		texts = append(texts, s.escape(r.cell(c)))
	}
	return texts
}
