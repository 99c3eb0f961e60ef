package trace

import (
	"fmt"
	"strings"
)

// markdown shows the trace for a page that GitHub renders.
func (t *Trace) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nMade by\n\n```sh\n%s\n```\n\n", t.title(), t.Settings.Command(Markdown))
	for _, line := range t.introduction() {
		fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(line))
	}
	for _, s := range t.Steps {
		s.markdown(&b)
	}
	b.WriteString("## Bytes\n\n|  | set-up up | set-up down | steady up | steady down | closing up | closing down | all up | all down |\n")
	b.WriteString("|:--|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, row := range t.totalRows() {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteString("\n")
	for i, line := range t.verdict() {
		bullet := ""
		if i > 0 {
			bullet = "- "
		}
		fmt.Fprintf(&b, "%s%s\n", bullet, escapeMarkdown(line))
	}
	b.WriteString("\n")
	if t.TLS != nil {
		fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(t.tlsSentence()))
	}
	b.WriteString("## What is handshake, and what is steady\n\n")
	for _, line := range t.Summary {
		fmt.Fprintf(&b, "- %s\n", escapeMarkdown(line))
	}
	return b.String()
}

// markdown shows a step: as a table when there is something to say about its pieces, else as it is.
func (s Step) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "## %d. %s\n\n", s.Number, escapeMarkdown(s.Title))
	fmt.Fprintf(b, "%.4f s", s.At.Seconds())
	if s.Direction != "" {
		fmt.Fprintf(b, " · %s · %s", arrows[s.Direction], plural(s.Bytes, "byte"))
	}
	fmt.Fprintf(b, " · *%s*\n\n", s.Phase)
	if len(s.Pieces) == 0 {
		return
	}
	if !s.remarked() {
		b.WriteString("```text\n")
		for _, p := range s.Pieces {
			fmt.Fprintf(b, "%6s  %-9s  %s\n", thousands(p.Bytes), p.Layer, p.shown())
		}
		b.WriteString("```\n\n")
		return
	}
	b.WriteString("| bytes | layer | on the wire | what it is |\n|--:|:--|:--|:--|\n")
	var accept *Accept
	for _, p := range s.Pieces {
		remarks := make([]string, len(p.Remarks))
		for i, remark := range p.Remarks {
			remarks[i] = escapeMarkdown(remark)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", thousands(p.Bytes), p.Layer, codeSpan(p.shown()), strings.Join(remarks, "<br>"))
		if p.Accept != nil {
			accept = p.Accept
		}
	}
	b.WriteString("\n")
	if accept != nil {
		lines := accept.lines()
		fmt.Fprintf(b, "%s\n\n```text\n%s\n```\n\n", escapeMarkdown(lines[0]), strings.Join(lines[1:], "\n"))
	}
}

// remarked reports whether anything is said of the step's pieces.
func (s Step) remarked() bool {
	for _, p := range s.Pieces {
		if len(p.Remarks) > 0 || p.Accept != nil {
			return true
		}
	}
	return false
}

// codeSpan writes s as code in a cell of a table: between more backticks than it has in a row, and
// with its bars escaped.
func codeSpan(s string) string {
	fence, run := 1, 0
	for _, c := range s {
		if run++; c != '`' {
			run = 0
		}
		fence = max(fence, run+1)
	}
	ticks := strings.Repeat("`", fence)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + strings.ReplaceAll(s, "|", `\|`) + ticks
}

// special is what Markdown would take for its own.
var special = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`,
	"`", "\\`", "[", `\[`, "]", `\]`, "#", `\#`)

func escapeMarkdown(s string) string { return special.Replace(s) }
