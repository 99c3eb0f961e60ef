package gallery

import (
	"math"
	"strconv"

	"pollpush/internal/chart"
	"pollpush/internal/report"
)

// nines is where a percentile stands on an axis on which each nine of it takes as much room as the one before:
// 0 % at 0, 90 % at 1, 99 % at 2.
func nines(percentile float64) float64 { return -math.Log10(1 - percentile/100) }

// mostNines is how far the axis goes: a million deliveries have one beyond it.
const mostNines = 6

// perNine is how many points there are for each nine.
const perNine = 20

// percentileTicks mark the axis of nines up to an end.
func percentileTicks(end float64) []chart.Tick {
	ticks := []chart.Tick{{At: 0, Label: "0 %"}, {At: nines(50), Label: "50 %"}}
	for i := 1; float64(i) <= end+1e-9; i++ {
		digits := max(i-2, 0)
		ticks = append(ticks, chart.Tick{At: float64(i), Label: strconv.FormatFloat(100-math.Pow(10, float64(2-i)), 'f', digits, 64) + " %"})
	}
	return ticks
}

func percentiles(lines []line) (Figure, bool) {
	l := chart.Lines{
		Words: chart.About{
			Title: "How late messages arrive: percentiles",
			Description: "Latency in milliseconds against the share of messages that arrived within it, one line for each transport, from 0\u00a0% at the " +
				"left; each nine of the percentile takes as much room as the one before. The lower a line, the sooner. Both scales are logarithmic.",
		},
		X: chart.Axis{Title: "share of the messages that arrived within the latency (each nine as wide as the one before)"},
		Y: chart.Axis{Title: "latency, ms (logarithmic)", Log: true},
	}
	table := Table{Head: []string{"Latency", "p50", "p90", "p99", "p99.9", "max", "mean", "deliveries"}}
	end := 1.0
	var shown []line
	for _, line := range lines {
		h := line.latency
		if h.Count() == 0 {
			continue
		}
		shown = append(shown, line)
		last := min(math.Log10(float64(h.Count())), mostNines)
		end = max(end, last)
		s := line.series()
		for i := 0; float64(i) < last*perNine; i++ {
			x := float64(i) / perNine
			s.Points = append(s.Points, chart.Point{X: x, Y: milliseconds(h.Percentile(100 * (1 - math.Pow(10, -x))))})
		}
		if last < mostNines { // it ends with the last message
			s.Points = append(s.Points, chart.Point{X: last, Y: milliseconds(h.Max())})
		}
		l.Series = append(l.Series, s)
		row := []string{line.name()}
		for _, p := range []float64{50, 90, 99, 99.9} {
			row = append(row, figure(milliseconds(h.Percentile(p)), "ms"))
		}
		row = append(row, figure(milliseconds(h.Max()), "ms"), figure(milliseconds(h.Mean()), "ms"), report.Grouped(h.Count()))
		table.Rows = append(table.Rows, row)
	}
	l.X.Ticks = percentileTicks(end)
	l.Words.Notes = append(left(lines, shown, "nothing arrived"), notes(shown)...)
	return Figure{Chart: l, Table: table}, len(l.Series) > 0
}

// series is a line without points yet.
func (l line) series() chart.Series {
	return chart.Series{Name: l.name(), Ink: l.ink(), Mark: l.mark(), Dash: l.source}
}
