package compare

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/build"
	"pollpush/internal/report"
	"pollpush/internal/visible"
)

// none stands where there is no figure.
const none = "–"

// part is a piece of what is shown: a title, a table, and sentences under it.
type part struct {
	title     string
	grid      *report.Grid
	sentences []string
}

// Write shows the comparison.
func (c *Comparison) Write(w io.Writer, f report.Format) error {
	if f == report.JSON {
		return visible.WriteJSON(w, c)
	}
	var text strings.Builder
	for _, p := range c.parts() {
		if err := p.write(&text, f); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (c *Comparison) parts() []part {
	parts := []part{{sentences: []string{c.A.sentence("A"), c.B.sentence("B")}}}
	var deciding, others []Figure
	for _, f := range c.Figures {
		if f.Metric.Decides {
			deciding = append(deciding, f)
		} else {
			others = append(others, f)
		}
	}
	if len(deciding) > 0 {
		parts = append(parts, part{"What decides", grid(deciding), append(findings(deciding),
			"~ marks what chance may have made. These p are corrected for there being several that decide (Holm).")})
	}
	if len(others) > 0 {
		parts = append(parts, part{"Shown, not deciding", grid(others), []string{
			fmt.Sprintf("Of so many, some have p < %v by chance: 1 in %.0f where there is no difference.", level, 1/level),
		}})
	}
	return append(parts,
		part{"How the latencies are distributed, ms", c.percentiles(), nil},
		part{"Before you conclude", nil, c.Notes})
}

func (p part) write(b *strings.Builder, f report.Format) error {
	bullet := ""
	if f == report.Markdown {
		bullet = "- "
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	switch {
	case p.title != "" && f == report.Markdown:
		fmt.Fprintf(b, "## %s\n\n", p.title)
	case p.title != "":
		fmt.Fprintf(b, "%s\n\n", p.title)
	}
	if p.grid != nil {
		if err := report.WriteGrid(b, f, *p.grid); err != nil {
			return err
		}
		if len(p.sentences) > 0 {
			b.WriteByte('\n')
		}
	}
	for _, s := range p.sentences {
		fmt.Fprintf(b, "%s%s\n", bullet, report.Prose(f, s))
	}
	return nil
}

// sentence says what a side is.
func (o Origin) sentence(letter string) string {
	commit := ""
	if o.Tool.Commit != build.Unknown {
		commit = " (" + o.Tool.Commit + ")"
	}
	trials := fmt.Sprintf("%d trials of each transport", o.Trials)
	if o.Trials == 1 {
		trials = "1 trial of each transport"
	}
	return fmt.Sprintf("%s: %s, %s, pollpush %s%s, %s", letter, o.Name, trials, o.Tool.Version, commit, o.Tool.Go)
}

func grid(figures []Figure) *report.Grid {
	g := &report.Grid{Labels: 2, Rows: [][]string{{"Median of trials", "", "A", "95 %", "B", "95 %", "change", "p"}}}
	for _, f := range figures {
		p := none
		if f.P != nil {
			p = probability(*f.P)
		}
		g.Rows = append(g.Rows, []string{
			f.Metric.Name(), f.Metric.Unit.Name, f.shown(f.A.Median), f.interval(f.A), f.shown(f.B.Median), f.interval(f.B), f.change(), p,
		})
	}
	return g
}

func (f Figure) shown(v *float64) string {
	if v == nil {
		return none
	}
	return report.Significant(f.Metric.Shown(*v))
}

func (f Figure) interval(e Estimate) string {
	if e.Low == nil {
		return none
	}
	return f.shown(e.Low) + " to " + f.shown(e.High)
}

// change returns the change in percent, with ~ behind it where chance may have made it.
func (f Figure) change() string {
	if f.Change == nil {
		return none
	}
	text := fmt.Sprintf("%+.1f %%", 100**f.Change)
	if *f.Change == 0 {
		text = "0 %"
	}
	if !f.Finding.Significant() {
		text += " ~"
	}
	return text
}

// findings says of each figure what it comes to.
func findings(figures []Figure) []string {
	texts := make([]string, len(figures))
	for i, f := range figures {
		texts[i] = fmt.Sprintf("%s: %s.", f.Metric.Name(), f.Conclusion())
	}
	return texts
}

// Conclusion says in words what the figure comes to.
func (f Figure) Conclusion() string {
	switch {
	case f.Finding == TooFew:
		return f.tooFew()
	case f.P == nil:
		return string(f.Finding)
	}
	return fmt.Sprintf("%s (p %s)", f.Finding, probability(*f.P))
}

// probability formats a p-value.
func probability(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// percentiles lays the distributions of both results side by side.
func (c *Comparison) percentiles() *report.Grid {
	g := &report.Grid{Labels: 1, Rows: [][]string{{"Messages within"}}}
	for _, s := range c.Latency {
		g.Rows[0] = append(g.Rows[0], string(s.Transport)+" A", string(s.Transport)+" B")
	}
	for i, percent := range percents {
		row := []string{strconv.FormatFloat(percent, 'f', -1, 64) + " %"}
		switch percent {
		case 0:
			row[0] = "shortest"
		case 100:
			row[0] = "longest"
		}
		for _, s := range c.Latency {
			row = append(row, latency(s.Percentiles[i].A), latency(s.Percentiles[i].B))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func latency(d *time.Duration) string {
	if d == nil {
		return none
	}
	return report.Significant(float64(*d) / float64(time.Millisecond))
}
