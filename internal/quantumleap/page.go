package quantumleap

import (
	"fmt"
	"strings"

	"pollpush/internal/report"
)

// none stands where there is no figure.
const none = "–"

// page is a text in the making, for a terminal or in Markdown.
type page struct {
	text   strings.Builder
	format report.Format
	err    error // the first of a grid
}

// title begins a part.
func (p *page) title(text string) {
	if p.text.Len() > 0 {
		p.text.WriteByte('\n')
	}
	if p.format == report.Markdown {
		p.text.WriteString("## ")
	}
	fmt.Fprintf(&p.text, "%s\n\n", text)
}

// grid adds a table whose first columns are labels.
func (p *page) grid(labels int, rows [][]string) {
	if err := report.WriteGrid(&p.text, p.format, report.Grid{Labels: labels, Rows: rows}); p.err == nil {
		p.err = err
	}
}

// heading returns a row that is a heading, in a table of so many columns.
func (p *page) heading(text string, columns int) []string {
	row := make([]string, columns)
	row[0] = text
	if p.format == report.Markdown {
		row[0] = "**" + text + "**"
	}
	return row
}

// label returns the label of a row under a heading.
func (p *page) label(text string) string {
	if p.format == report.Markdown {
		return text
	}
	return "  " + text
}

// list adds sentences.
func (p *page) list(sentences ...string) {
	bullet := ""
	if p.format == report.Markdown {
		bullet = "- "
	}
	for _, s := range sentences {
		fmt.Fprintf(&p.text, "%s%s\n", bullet, s)
	}
}

// under adds a sentence about the table above.
func (p *page) under(sentence string) {
	p.text.WriteByte('\n')
	p.list(sentence)
}
