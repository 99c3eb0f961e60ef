package gallery

import (
	"fmt"
	"math"
	"strings"

	"pollpush/internal/chart"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

// OfSweep returns a figure against the setting for each of a sweep's: lines where the setting is a quantity, bars
// where it is not. A figure that nothing has is left out.
func OfSweep(s report.Sweep) []Figure {
	var have []Figure
	for _, k := range s.Kinds {
		against := sweepOf(s, k)
		if len(against.lines) == 0 {
			continue
		}
		figure := Figure{Name: strings.NewReplacer(".", "-", "_", "-").Replace(k.Name), Table: against.table()}
		if s.Quantity() {
			figure.Chart = against.curves()
		} else {
			figure.Chart = against.bars()
		}
		have = append(have, figure)
	}
	return have
}

// against is one figure of a sweep: a line for each transport, and a value for each step, no number where it has none.
type against struct {
	sweep  report.Sweep
	kind   *metric.Kind
	lines  []line
	values [][]float64
	notes  []string
}

func sweepOf(s report.Sweep, k *metric.Kind) against {
	a := against{sweep: s, kind: k}
	for _, t := range s.Transports {
		l := line{of: 1, transport: t}
		var values []float64
		some := false
		for _, step := range s.Steps {
			v, known := step.Figure(t, k)
			if !known {
				v = math.NaN()
			}
			some = some || known
			values = append(values, v)
			if sum, ok := step.Sum(t); ok && known {
				if worth := (line{sum: sum}).worth(); worth != "" {
					a.notes = append(a.notes, fmt.Sprintf("%s: %s with %s %s.", strings.ToUpper(worth), report.Title(t), s.Setting, step.Value))
				}
			}
		}
		if some {
			l.sum.Complete, l.sum.Verdict.State = true, result.Valid // the notes say what is not
			a.lines, a.values = append(a.lines, l), append(a.values, values)
		}
	}
	return a
}

// title is what is shown.
func (a against) title() string { return report.Label(a.kind.Name) }

func (a against) words(as string) chart.About {
	return chart.About{
		Title:       a.title() + ", against " + a.sweep.Setting,
		Description: fmt.Sprintf("%s of each transport, for %d values of the setting %s, %s.", a.title(), len(a.sweep.Steps), a.sweep.Setting, as),
		Notes:       a.notes,
	}
}

// curves draws a line for each transport, with a mark where it was measured.
func (a against) curves() chart.Lines {
	var at, all []float64
	c := chart.Lines{}
	for _, step := range a.sweep.Steps {
		at = append(at, step.At)
		c.X.Ticks = append(c.X.Ticks, chart.Tick{At: step.At, Label: step.Value})
	}
	for i, l := range a.lines {
		s := l.series()
		s.Measured = true
		for k, v := range a.values[i] {
			if !math.IsNaN(v) {
				s.Points = append(s.Points, chart.Point{X: at[k], Y: v})
				all = append(all, v)
			}
		}
		c.Series = append(c.Series, s)
	}
	c.X.Log, c.Y.Log = spreads(at), spreads(all)
	c.X.Title, c.Y.Title = a.sweep.Setting+logarithmic(c.X.Log), a.title()+logarithmic(c.Y.Log)
	c.Words = a.words("a mark for each that was measured, joined by lines")
	return c
}

// spreads reports whether values are better seen on a logarithmic axis: all have a place on it, and the largest is many times
// the least.
func spreads(values []float64) bool {
	least, most := math.Inf(1), 0.0
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	return least > 0 && most >= 20*least
}

func logarithmic(is bool) string {
	if is {
		return " (logarithmic)"
	}
	return ""
}

// bars draws a group for each value of the setting.
func (a against) bars() chart.Bars {
	b := chart.Bars{Words: a.words("a group of bars for each"), Axis: a.title()}
	for k, step := range a.sweep.Steps {
		g := chart.Group{Name: step.Value}
		for i, l := range a.lines {
			if v := a.values[i][k]; !math.IsNaN(v) {
				g.Bars = append(g.Bars, l.bar(v, ""))
			}
		}
		b.Groups = append(b.Groups, g)
	}
	return b
}

// table has a row for each value of the setting.
func (a against) table() Table {
	t := Table{Head: []string{a.sweep.Setting}}
	for _, l := range a.lines {
		t.Head = append(t.Head, l.name())
	}
	for k, step := range a.sweep.Steps {
		row := []string{step.Value}
		for i := range a.lines {
			row = append(row, figure(a.values[i][k], ""))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
