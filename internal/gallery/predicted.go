package gallery

import (
	"fmt"
	"slices"
	"strings"

	"pollpush/internal/chart"
)

// forecasts are what the model says of latencies, and what was measured of the same.
var forecasts = []struct{ name, computed, measured string }{
	{"mean", "predicted.mean", "latency.mean"},
	{"p99", "predicted.p99", "latency.p99"},
}

func predicted(lines []line) (Figure, bool) {
	var shown []line
	for _, l := range lines {
		if l.sum.Predicted != nil && l.latency.Count() > 0 {
			shown = append(shown, l)
		}
	}
	table := Table{Head: []string{"Latency"}}
	for _, l := range shown {
		table.Rows = append(table.Rows, []string{l.name()})
	}
	b := chart.Bars{
		Words: chart.About{
			Title: "Predicted and measured latency",
			Description: "Mean and 99th percentile of the latency in milliseconds, over each transport: what was measured beside what a closed-form model computes " +
				"from interval, rate and distance alone, as if processors took no time.",
			Notes: slices.Concat([]string{"Computed bars are hollow: they are the model's, and were not measured."}, differ(shown),
				left(lines, shown, "there is no prediction or nothing arrived"), notes(shown)),
		},
		Axis: "latency, ms",
		Keys: []chart.Fill{{Name: "measured", Ink: chart.Muted}, {Name: "computed by the model", Ink: chart.Muted, Hatch: chart.Rising, Hollow: true}},
	}
	for _, f := range forecasts {
		measured := func(l line) float64 { return l.value(f.measured) }
		computed := func(l line) float64 { return l.value(f.computed) }
		g := chart.Group{Name: f.name}
		for _, l := range shown {
			bar := l.bar(measured(l), "ms")
			bar.Parts[0].Hatch = chart.Plain // it is the other one that is hatched
			g.Bars = append(g.Bars, bar, l.computed(computed(l)))
		}
		b.Groups = append(b.Groups, g)
		table.add(f.name+", measured", shown, func(l line) string { return figure(measured(l), "ms") })
		table.add(f.name+", computed", shown, func(l line) string { return figure(computed(l), "ms") })
	}
	return Figure{Chart: b, Table: table}, len(shown) > 0
}

// computed is the bar of what the model says of a line.
func (l line) computed(v float64) chart.Bar {
	text := figure(v, "ms")
	return chart.Bar{Name: "computed", Value: text, Close: true, Parts: []chart.Part{
		{Fill: chart.Fill{Name: text, Ink: l.ink(), Hatch: chart.Rising, Hollow: true}, Length: v},
	}}
}

// differ says why some lines have no computed percentile.
func differ(lines []line) []string {
	var names []string
	for _, l := range lines {
		if l.sum.Predicted.P99 == nil {
			names = append(names, l.name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("No p99 is computed of several trials where the model has another one for each: %s.", strings.Join(names, "; "))}
}
