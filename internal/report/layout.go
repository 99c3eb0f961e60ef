package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// writeColumns writes the table of a result, a column for each transport. On a terminal that is too narrow for
// it headings are broken, then transports get tables below each other, and in the end figures do.
func writeColumns(b *strings.Builder, s style, in *words, rs []row, cs []column) error {
	for _, n := range []int{len(cs), (len(cs) + 1) / 2, 1} {
		text, err := tables(s, in, rs, cs, n)
		if err == nil && s.width > 0 && widest(text) > s.width {
			text, err = broken(s, in, rs, cs, n)
		}
		if err != nil {
			return err
		}
		if s.width == 0 || widest(text) <= s.width {
			b.WriteString(text)
			return nil
		}
	}
	stacked(b, s, in, rs, cs)
	return nil
}

// broken returns tables whose headings are broken where the labels of figures end, or as far behind it as the
// terminal has room.
func broken(s style, in *words, rs []row, cs []column, n int) (string, error) {
	s.label = 0
	text, err := tables(s, in, slices.DeleteFunc(slices.Clone(rs), row.heads), cs, n)
	if err != nil || widest(text) > s.width {
		return text, err // it is not the headings
	}
	s.label = longest(s, in, rs) + s.width - widest(text)
	return tables(s, in, rs, cs, n)
}

// tables returns tables of n transports at most.
func tables(s style, in *words, rs []row, cs []column, n int) (string, error) {
	var b strings.Builder
	for from := 0; from < len(cs); from += n {
		if from > 0 {
			b.WriteByte('\n')
		}
		if err := writeGrid(&b, s, sideBySide(s, in, rs, cs[from:min(from+n, len(cs))])); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// sideBySide is the table of some transports.
func sideBySide(s style, in *words, rs []row, cs []column) Grid {
	header := []string{""}
	for _, c := range cs {
		header = append(header, s.escape(in.titleOf(c.transport)))
	}
	g := Grid{Labels: 1, Rows: [][]string{header}}
	for _, r := range rs {
		label := s.escape(in.labels[r.name])
		switch {
		case r.name == verdictRow:
			g.Rows = append(g.Rows, verdicts(s, in, s.heading(label), cs))
		case r.heads():
			for _, line := range wrapped(label, s.label) {
				g.Rows = append(g.Rows, append([]string{s.heading(line)}, make([]string, len(cs))...))
			}
		default:
			g.Rows = append(g.Rows, figures(s, r, s.indent+label, cs))
		}
	}
	return g
}

func figures(s style, r row, label string, cs []column) []string {
	cells := []string{label}
	for _, c := range cs {
		text := s.escape(r.cell(c))
		if strings.HasSuffix(text, "?") {
			text = s.verdict(c.state, text)
		}
		cells = append(cells, text)
	}
	return cells
}

func verdicts(s style, in *words, label string, cs []column) []string {
	cells := []string{label}
	for _, c := range cs {
		cells = append(cells, s.verdict(c.state, s.escape(in.verdict(c))))
	}
	return cells
}

// stacked writes each figure of each transport on a line of its own.
func stacked(b *strings.Builder, s style, in *words, rs []row, cs []column) {
	for _, r := range rs {
		label := s.escape(in.labels[r.name])
		if r.show == nil {
			for _, line := range wrapped(label, s.width) {
				fmt.Fprintln(b, s.heading(line))
			}
		} else {
			fmt.Fprintln(b, s.indent+label)
		}
		if r.heads() {
			continue
		}
		for _, c := range cs {
			text := s.escape(r.cell(c))
			if r.name == verdictRow {
				text = s.verdict(c.state, s.escape(in.verdict(c)))
			}
			fmt.Fprintln(b, s.indent+s.indent+s.escape(in.titleOf(c.transport))+": "+text)
		}
	}
}

// longest returns the width of the longest label that is no heading.
func longest(s style, in *words, rs []row) int {
	most := 0
	for _, r := range rs {
		switch label := in.labels[r.name]; {
		case r.heads():
		case r.name == verdictRow:
			most = max(most, twwidth.Width(label))
		default:
			most = max(most, twwidth.Width(s.indent+label))
		}
	}
	return most
}

// widest returns the width of the widest line.
func widest(text string) int {
	most := 0
	for line := range strings.Lines(text) {
		most = max(most, twwidth.Width(strings.TrimRight(line, " \n")))
	}
	return most
}

// wrapped breaks a text at blanks into lines of a width, 0 for any. A word that is longer has a line of its own.
func wrapped(text string, width int) []string {
	if width == 0 {
		return []string{text}
	}
	var lines []string
	for word := range strings.FieldsSeq(text) {
		last := len(lines) - 1
		if last >= 0 && twwidth.Width(lines[last]+" "+word) <= width {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
