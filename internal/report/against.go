package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"pollpush/internal/scenario"
)

// WriteSweep shows the figures of a sweep, one below the other: a row for each value of the setting, a column for each
// transport. Below stand what is wrong with them, and what was measured.
func WriteSweep(w io.Writer, o Options, s Sweep) error {
	style := plainStyle()
	switch o.Format { //nolint:exhaustive // the others have everything of each result already
	case Markdown:
		style = markdownStyle()
	case Table, "":
		style = terminalStyle(o)
	default:
		return fmt.Errorf("format %q is unknown", o.Format)
	}
	in := catalogue[o.language()]
	var b strings.Builder
	for _, source := range s.sources {
		if text := in.incompleteOf(source.Result); text != "" {
			fmt.Fprintf(&b, "%s: %s\n\n", style.escape(source.Name), text)
		}
	}
	if err := s.writeTables(&b, style, in); err != nil {
		return err
	}
	paragraph(&b, style, style.bullets[1], s.reasons(in))
	if !o.Bare {
		paragraph(&b, style, style.bullets[2], s.conditions(in))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeTables writes as many transports side by side as there is room for.
func (s Sweep) writeTables(b *strings.Builder, style style, in *words) error {
	for _, n := range []int{len(s.Transports), (len(s.Transports) + 1) / 2, 1} {
		var tables strings.Builder
		for from := 0; from < len(s.Transports); from += n {
			if from > 0 {
				tables.WriteByte('\n')
			}
			if err := writeGrid(&tables, style, s.grid(style, in, s.Transports[from:min(from+n, len(s.Transports))])); err != nil {
				return err
			}
		}
		if style.width == 0 || widest(tables.String()) <= style.width || n == 1 {
			b.WriteString(tables.String())
			return nil
		}
	}
	return nil
}

// grid is the table of some transports.
func (s Sweep) grid(style style, in *words, transports []scenario.Transport) Grid {
	header := []string{style.escape(s.name())}
	for _, t := range transports {
		header = append(header, style.escape(in.titleOf(t)))
	}
	g := Grid{Labels: 1, Rows: [][]string{header}}
	none := make([]string, len(transports))
	for _, r := range s.rows() {
		for _, line := range wrapped(style.escape(s.heading(in, r)), s.labels(style)) {
			g.Rows = append(g.Rows, append([]string{style.heading(line)}, none...))
		}
		for _, step := range s.Steps {
			row := []string{style.indent + style.escape(step.Value)}
			for _, t := range transports {
				row = append(row, step.cell(style, in, r, t))
			}
			g.Rows = append(g.Rows, row)
		}
	}
	return g
}

// labels is the width at which headings are broken on a terminal: a third of it.
func (Sweep) labels(style style) int { return style.width / 3 }

// rows are those of the table of a result that the sweep has figures of, and the verdict.
func (s Sweep) rows() []row {
	return slices.DeleteFunc(chosen(s.Kinds, scenario.Scenario{}, nil), row.heads)
}

// heading is what stands over a figure, or over what figures are worth.
func (s Sweep) heading(in *words, r row) string {
	if r.name == verdictRow {
		return in.labels[r.name]
	}
	return in.full(r.name)
}

// cell is a figure of a transport, or what its figures are worth.
func (s Step) cell(style style, in *words, r row, t scenario.Transport) string {
	c, ok := s.columns[t]
	if !ok {
		return none
	}
	if r.name == verdictRow {
		return style.verdict(c.state, style.escape(in.verdict(c)))
	}
	text := style.escape(r.cell(c))
	if strings.HasSuffix(text, "?") {
		return style.verdict(c.state, text)
	}
	return text
}

// reasons says why trials are not valid, and of which value they are.
func (s Sweep) reasons(in *words) []string {
	var texts []string
	for _, source := range s.sources {
		for _, reason := range in.reasons(source.Result) {
			if reason != in.sentences.marked {
				reason = s.name() + " " + s.value(source.Result) + in.colon + reason
			}
			if !slices.Contains(texts, reason) {
				texts = append(texts, reason)
			}
		}
	}
	return texts
}

// conditions says what was measured, with the first of the results, and in what the others differ.
func (s Sweep) conditions(in *words) []string {
	first := s.sources[0].Result
	texts := []string{fmt.Sprintf(in.sweep.first, s.name(), s.value(first))}
	if also := s.also(); len(also) > 0 {
		texts = append(texts, fmt.Sprintf(in.sweep.also, in.list(also)))
	}
	if slices.ContainsFunc(s.sources, func(o Source) bool {
		return in.machine(o.Result.Tool, o.Result.Host) != in.machine(first.Tool, first.Host)
	}) {
		texts = append(texts, in.sweep.machines)
	}
	return slices.Concat(in.conditionsOf(first), texts, []string{in.sweep.untested})
}

// also are the other settings in which the results differ, each with its values. Each result names transports of
// its own where they are spread over several, so these are none.
func (s Sweep) also() []string {
	var texts []string
	for _, f := range different(s.sources) {
		if f.Name == s.Setting || f.Name == "transports" {
			continue
		}
		var values []string
		for _, source := range s.sources {
			if v := flagValue(source.Result, f.Name); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		texts = append(texts, scenario.FlagName(f.Name)+" ("+strings.Join(values, ", ")+")")
	}
	return texts
}
