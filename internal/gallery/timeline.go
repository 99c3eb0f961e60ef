package gallery

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"pollpush/internal/chart"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

// overTime returns the figure of a percentile of each slice of the window.
func overTime(percentile, words string, of func(result.Slice) int64) func([]line) (Figure, bool) {
	return func(lines []line) (Figure, bool) {
		l := chart.Lines{
			Words: chart.About{
				Title: "How late messages arrive over time: " + percentile,
				Description: fmt.Sprintf("Latency in milliseconds, within which %s arrived, against the seconds since the window began, one line for each "+
					"transport. The scale of the latency is logarithmic.", words),
			},
			X: chart.Axis{Title: "time in the window, s"},
			Y: chart.Axis{Title: percentile + " of latency, ms (logarithmic)", Log: true},
		}
		table := Table{Head: []string{"Slice", "from", "clients", "delivered", "mean", "p50", "p99", "max"}}
		var shown []line
		which := make(map[string]bool)
		for _, line := range lines {
			trial, ok := line.timed()
			if !ok {
				continue
			}
			shown = append(shown, line)
			s := line.series()
			for _, slice := range trial.Timeline {
				y := math.NaN()
				if late(slice) {
					y = float64(of(slice)) / float64(time.Millisecond)
				}
				s.Points = append(s.Points, chart.Point{X: slice.Start.Seconds(), Y: y})
				table.Rows = append(table.Rows, sliceRow(line, slice))
			}
			l.Series = append(l.Series, s)
			if len(line.trials) > 1 {
				which[fmt.Sprintf("trial %d of %d", trial.Trial, len(line.trials))] = true
			}
		}
		if len(which) > 0 {
			l.Words.Notes = append(l.Words.Notes, "One trial of several is shown: "+strings.Join(slices.Sorted(maps.Keys(which)), "; ")+".")
		}
		l.Words.Notes = append(l.Words.Notes, left(lines, shown, "no trial has stored how its latency went")...)
		l.Words.Notes = append(l.Words.Notes, notes(shown)...)
		return Figure{Chart: l, Table: table}, len(l.Series) > 0
	}
}

// timed returns the first trial that has a timeline: times of several trials are not one time.
func (l line) timed() (result.Trial, bool) {
	for _, t := range l.trials {
		for _, s := range t.Timeline {
			if late(s) {
				return t, true
			}
		}
	}
	return result.Trial{}, false
}

// late reports whether a slice has latencies: what a client joined too late for is delivered without any.
func late(s result.Slice) bool { return s.Max > 0 }

func sliceRow(l line, s result.Slice) []string {
	row := []string{l.name(), figure(s.Start.Seconds(), "s"), report.Grouped(int64(s.Clients)), report.Grouped(s.Delivered)}
	for _, d := range []time.Duration{s.Mean, s.P50, s.P99, s.Max} {
		v := milliseconds(d)
		if !late(s) {
			v = math.NaN()
		}
		row = append(row, figure(v, "ms"))
	}
	return row
}
