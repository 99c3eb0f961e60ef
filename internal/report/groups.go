package report

import (
	"fmt"
	"math"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// writeGroups adds the table of the groups, if there are any. On a terminal that is too narrow for it, each group
// has a line for each of its figures.
func writeGroups(b *strings.Builder, s style, in *words, r result.Result) error {
	g, err := in.groupsTable(r, s.escape)
	if err != nil || len(g.Rows) == 1 {
		return err
	}
	var table strings.Builder
	if err := writeGrid(&table, s, g); err != nil {
		return err
	}
	b.WriteByte('\n')
	if s.width == 0 || widest(table.String()) <= s.width {
		b.WriteString(table.String())
		return nil
	}
	for _, row := range g.Rows[1:] {
		fmt.Fprintln(b, s.heading(row[0]+in.clause+row[1]))
		for i, text := range row[g.Labels:] {
			fmt.Fprintf(b, "%s%s: %s\n", s.indent, g.Rows[0][g.Labels+i], text)
		}
	}
	return nil
}

// groupsTable is the table of the scenario's groups: a row for each over each transport, but for the transports
// that have none. Its trials are taken together, but for the clients, which are those of one trial.
func (w *words) groupsTable(r result.Result, escape func(string) string) (Grid, error) {
	say := w.groups
	g := Grid{Labels: 2, Rows: [][]string{{
		say.group, say.transport, say.clients, say.delivered, say.lost, say.mean, say.p50, say.p99, say.predicted,
		say.requests, say.bytes,
	}}}
	if len(r.Scenario.Groups) == 0 {
		return g, nil
	}
	for _, name := range r.Scenario.Transports {
		trials := r.Of(name)
		sum, err := result.Merge(trials)
		if err != nil {
			return Grid{}, err
		}
		for i, group := range sum.Groups {
			labels := []string{escape(group.Name), escape(w.titleOf(group.Transport))}
			g.Rows = append(g.Rows, append(labels, groupFigures(group, crowdOf(trials, i), sum.Verdict.State == result.Invalid)...))
		}
	}
	return g, nil
}

// crowdOf says how many clients the i-th group had in a trial: the fewest and the most, where trials differ.
func crowdOf(trials []result.Trial, i int) string {
	fewest, most := math.MaxInt, 0
	for _, t := range trials {
		n := t.Groups[i].Clients.Connected
		fewest, most = min(fewest, n), max(most, n)
	}
	if fewest == most {
		return Grouped(int64(most))
	}
	return Grouped(int64(fewest)) + "–" + Grouped(int64(most))
}

// groupFigures are the figures of one group. Those of an invalid trial are marked.
func groupFigures(g result.Group, clients string, invalid bool) []string {
	late := func(text string) string {
		if g.Latency.Count == 0 {
			return none
		}
		return text
	}
	as := column{sum: result.Trial{Transport: g.Transport, Wire: g.Wire, Predicted: g.Predicted}}
	figures := []string{
		clients, Grouped(g.Messages.Delivered), orNone(g.Messages.Lost),
		late(milliseconds(g.Latency.Mean)), late(milliseconds(g.Latency.P50)), late(milliseconds(g.Latency.P99)),
		shown(as, "predicted.mean", Significant), shown(as, "wire.requests_per_second", Significant), shown(as, bytesPerMessage, Significant),
	}
	if invalid {
		for i, text := range figures {
			if text != none {
				figures[i] = text + " ?"
			}
		}
	}
	return figures
}

func orNone(n *int64) string {
	if n == nil {
		return none
	}
	return Grouped(*n)
}

// crowd says how many clients there were.
func (w *words) crowd(s scenario.Scenario) string {
	steps := []string{Grouped(int64(s.Clients))}
	for _, stage := range s.Stages {
		if next := Grouped(int64(stage.Clients)); next != steps[len(steps)-1] {
			steps = append(steps, next)
		}
	}
	if len(steps) == 1 {
		return w.clients.of(int64(s.Clients))
	}
	return fmt.Sprintf(w.groups.stages, strings.Join(steps, " → "))
}

// groupsOf says what the groups were, and what cannot be told apart; nothing where there are none.
func (w *words) groupsOf(s scenario.Scenario) []string {
	if len(s.Groups) == 0 {
		return nil
	}
	parts := make([]string, len(s.Groups))
	for i, g := range s.Groups {
		parts[i] = w.groupOf(g)
	}
	return []string{fmt.Sprintf(w.groups.list, w.list(parts)), w.groups.apart}
}

// groupOf says what one group was.
func (w *words) groupOf(g scenario.Group) string {
	say := w.groups
	text := fmt.Sprintf(say.one, g.Name, g.Share)
	if g.Transport != "" {
		text += fmt.Sprintf(say.over, w.within[g.Transport])
	}
	if !g.Link.IsZero() {
		text += fmt.Sprintf(say.link, w.path(g.Link))
	}
	return text + fmt.Sprintf(say.profile, g.Headers) + say.end
}

// late says how many messages have no latency, because their client had only just come.
func (w *words) late(r result.Result) []string {
	var n int64
	for _, t := range r.Trials {
		n += t.Messages.JoinedLate
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf(w.groups.late, w.messages.of(n))}
}
