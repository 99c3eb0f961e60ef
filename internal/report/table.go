package report

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"pollpush/internal/result"
	"pollpush/internal/visible"
)

// style is how a table is drawn.
type style struct {
	renderer tw.Renderer
	heading  func(string) string               // marks a row that is a heading, after it was escaped
	verdict  func(result.State, string) string // marks what figures are worth, after it was escaped
	indent   string                            // before the label of a row that is none
	escape   func(string) string
	// bullets stand before the sentences of each paragraph. They differ, because Markdown would
	// take paragraphs with the same one for a single list.
	bullets [3]string
	width   int // that a table may take; 0 for any
	label   int // the width at which headings are broken; 0 for none
}

// The renditions of a terminal (ECMA-48, section 8.3.117).
const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

var tint = map[result.State]string{result.Valid: green, result.Suspect: yellow, result.Invalid: red}

func terminalStyle(o Options) style {
	s := plainStyle()
	s.width = o.Width
	if o.Color {
		s.heading = func(text string) string { return bold + text + reset }
		s.verdict = func(state result.State, text string) string {
			if c, ok := tint[state]; ok {
				return c + text + reset
			}
			return text
		}
	}
	return s
}

func plainStyle() style {
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
		verdict: func(_ result.State, s string) string { return s },
		indent:  "  ",
		escape:  visible.Line,
	}
}

func markdownStyle() style {
	return style{
		renderer: renderer.NewMarkdown(),
		heading:  func(s string) string { return "**" + s + "**" },
		verdict:  func(_ result.State, s string) string { return s },
		escape:   escapeMarkdown,
		bullets:  [3]string{"- ", "+ ", "* "},
	}
}

// escapeMarkdown escapes what would end a cell, or become a tag, a link, an image or code. Stars stay: those who
// write grids emphasize with them, and more they cannot do.
func escapeMarkdown(s string) string { return markdown.Replace(visible.Line(s)) }

var markdown = strings.NewReplacer(
	`\`, `\\`, `|`, `\|`, "`", "\\`", `[`, `\[`, `]`, `\]`, `&`, `&amp;`, `<`, `&lt;`,
)

// Prose returns a sentence as it can stand outside of a table.
func Prose(f Format, sentence string) string {
	if f == Markdown {
		return escapeMarkdown(sentence)
	}
	return visible.Line(sentence)
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
	s := plainStyle()
	switch f { //nolint:exhaustive // a table in JSON is nothing that anybody could use
	case Markdown:
		s = markdownStyle()
	case Table:
	default:
		return fmt.Errorf("format %q is unknown", f)
	}
	safe := Grid{Labels: g.Labels, Rows: make([][]string, len(g.Rows))}
	for i, row := range g.Rows {
		for _, text := range row {
			safe.Rows[i] = append(safe.Rows[i], s.escape(text))
		}
	}
	return writeGrid(w, s, safe)
}

// writeGrid writes a table whose cells are escaped.
func writeGrid(w io.Writer, s style, g Grid) error {
	var align []tw.Align
	for i := range g.Rows[0] {
		if i < g.Labels {
			align = append(align, tw.AlignLeft)
		} else {
			align = append(align, tw.AlignRight)
		}
	}
	narrow()
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
		if i == 0 {
			table.Header(row)
		} else if err := table.Append(row); err != nil {
			return err
		}
	}
	return table.Render()
}

// narrow has characters of ambiguous width, as × and –, counted as one cell wherever the program runs. The
// library would ask the environment, and a published table would depend on who made it.
var narrow = sync.OnceFunc(func() { twwidth.SetOptions(twwidth.Options{}) })
