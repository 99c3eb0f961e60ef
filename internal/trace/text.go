package trace

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Columns of the text.
const (
	width        = 100
	contentAt    = 21 // where a piece's content begins
	remarkAt     = 25 // where what is said of it begins
	remarkPrefix = "# "
)

// text shows the trace for a terminal.
func (t *Trace) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", t.title())
	for _, line := range t.introduction() {
		wrapped(&b, 0, "", line)
	}
	for _, s := range t.Steps {
		b.WriteString("\n")
		s.text(&b)
	}
	fmt.Fprintf(&b, "\n%-10s %21s %21s %21s %21s\n", "bytes", "set-up", "steady", "closing", "all")
	fmt.Fprintf(&b, "%-10s", "")
	for range 4 {
		fmt.Fprintf(&b, " %10s %10s", "up", "down")
	}
	b.WriteString("\n")
	for _, row := range t.totalRows() {
		fmt.Fprintf(&b, "%-10s", row[0])
		for _, cell := range row[1:] {
			fmt.Fprintf(&b, " %10s", cell)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for _, line := range t.verdict() {
		wrapped(&b, 0, "", line)
	}
	if t.TLS != nil {
		wrapped(&b, 0, "", t.tlsSentence())
	}
	b.WriteString("\n")
	for _, line := range t.Summary {
		wrapped(&b, 0, "", line)
	}
	return b.String()
}

// text shows a step.
func (s Step) text(b *strings.Builder) {
	line := fmt.Sprintf("%3d  %8.4f s  %-15s  %s", s.Number, s.At.Seconds(), arrows[s.Direction], s.Title)
	if s.Direction != "" {
		line = fmt.Sprintf("%-*s %11s", width-20, line, plural(s.Bytes, "byte"))
	} else {
		line = fmt.Sprintf("%-*s", width-8, line)
	}
	fmt.Fprintf(b, "%s %s\n", padTo(line, width-8), s.Phase)
	for _, p := range s.Pieces {
		fmt.Fprintf(b, "%8s  %-9s  %s\n", thousands(p.Bytes), p.Layer, p.shown())
		for _, remark := range p.Remarks {
			wrapped(b, remarkAt, remarkPrefix, remark)
		}
		if p.Accept != nil {
			for _, line := range p.Accept.lines() {
				fmt.Fprintf(b, "%*s%s%s\n", remarkAt, "", remarkPrefix, line)
			}
		}
	}
}

func padTo(s string, n int) string {
	if missing := n - utf8.RuneCountInString(s); missing > 0 {
		return s + strings.Repeat(" ", missing)
	}
	return s
}

// wrapped writes a paragraph, each of its lines behind an indentation and a prefix.
func wrapped(b *strings.Builder, indent int, prefix, paragraph string) {
	start := strings.Repeat(" ", indent) + prefix
	line, length := start, 0
	for _, word := range strings.Fields(paragraph) {
		if length > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, length = start, 0
		}
		if length > 0 {
			line += " "
		}
		line += word
		length++
	}
	b.WriteString(line + "\n")
}
