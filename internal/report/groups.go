package report

import (
	"fmt"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// groupsTable is the table of the scenario's groups: a row for each over each transport. Its trials are taken
// together.
func groupsTable(r result.Result) (Grid, error) {
	g := Grid{Labels: 2, Rows: [][]string{{
		"Group", "Transport", "clients", "delivered", "lost", "mean, ms", "p50, ms", "p99, ms", "predicted mean, ms",
		"requests/s", "bytes per delivery",
	}}}
	for _, name := range r.Scenario.Transports {
		sum, err := result.Merge(r.Of(name))
		if err != nil {
			return Grid{}, err
		}
		for _, group := range sum.Groups {
			g.Rows = append(g.Rows, groupRow(group, sum.Verdict.State == result.Invalid))
		}
	}
	return g, nil
}

// groupRow is the row of one group. Figures of an invalid trial are marked.
func groupRow(g result.Group, invalid bool) []string {
	late := func(text string) string {
		if g.Latency.Count == 0 {
			return none
		}
		return text
	}
	predicted := none
	if g.Predicted != nil {
		predicted = milliseconds(g.Predicted.Mean)
	}
	steady := g.Wire.Steady
	figures := []string{
		Grouped(int64(g.Clients.Connected)), Grouped(g.Messages.Delivered), orNone(g.Messages.Lost),
		late(milliseconds(g.Latency.Mean)), late(milliseconds(g.Latency.P50)), late(milliseconds(g.Latency.P99)), predicted,
		ratio(float64(steady.Requests), g.Wire.Window.Seconds(), Significant),
		ratio(float64(steady.Socket()), float64(steady.Messages), Significant),
	}
	if invalid {
		for i, text := range figures {
			if text != none {
				figures[i] = text + " ?"
			}
		}
	}
	return append([]string{g.Name, title[g.Transport]}, figures...)
}

// crowd says how many clients there were.
func crowd(s scenario.Scenario) string {
	steps := []string{Grouped(int64(s.Clients))}
	for _, stage := range s.Stages {
		if next := Grouped(int64(stage.Clients)); next != steps[len(steps)-1] {
			steps = append(steps, next)
		}
	}
	if len(steps) == 1 {
		return plural(int64(s.Clients), "client")
	}
	return strings.Join(steps, " → ") + " clients"
}

// groups says what the groups were, and what cannot be told apart; nothing where there are none.
func groups(r result.Result) []string {
	s := r.Scenario
	if len(s.Groups) == 0 {
		return nil
	}
	var parts []string
	for _, g := range s.Groups {
		part := fmt.Sprintf("%s (%s", g.Name, g.Share)
		if g.Transport != "" {
			part += " over " + within[g.Transport]
		}
		if !g.Link.IsZero() {
			part += ", " + path(g.Link)
		}
		parts = append(parts, part+", header profile "+g.Headers+")")
	}
	return []string{
		"Groups: " + listed(parts) + ".",
		"All groups met the same target at the same time: what it paid is for all of them together.",
	}
}

// late says how many messages have no latency, because their client had only just come.
func late(r result.Result) []string {
	var n int64
	for _, t := range r.Trials {
		n += t.Messages.JoinedLate
	}
	if n == 0 {
		return nil
	}
	return []string{"Delivered without a latency, because the client was about to subscribe when they fell due: " + plural(n, "message") + "."}
}
