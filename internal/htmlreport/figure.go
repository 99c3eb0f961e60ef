package htmlreport

import (
	"html/template"
	"math"

	"pollpush/internal/chart"
	"pollpush/internal/gallery"
)

// The widths that charts are drawn in: for a desk and for a phone.
const (
	wide   = 760
	narrow = 340
)

// figure is a chart in the document.
type figure struct {
	Name         string
	About        chart.About
	Wide, Narrow template.HTML
	Live         *live // nil where there is nothing to zoom
	Table        gallery.Table
}

func show(f gallery.Figure) figure {
	shown := figure{
		Name: f.Name, About: f.Chart.About(), Table: f.Table,
		Wide:   template.HTML(chart.Inline(f.Chart, wide, f.Name+"-wide")),     //nolint:gosec // it escapes what it is given
		Narrow: template.HTML(chart.Inline(f.Chart, narrow, f.Name+"-narrow")), //nolint:gosec // it escapes what it is given
	}
	if lines, ok := f.Chart.(chart.Lines); ok {
		shown.Live = liveOf(lines)
	}
	return shown
}

// live is what page.js draws lines from.
type live struct {
	Title  string       `json:"title"`
	X      liveAxis     `json:"x"`
	Y      liveAxis     `json:"y"`
	Series []liveSeries `json:"series"`
}

type liveAxis struct {
	Title string     `json:"title"`
	Low   float64    `json:"low"`
	Top   float64    `json:"top"`
	Ticks []liveTick `json:"ticks"`
	Nines bool       `json:"nines"` // it is a scale of percentiles, on which they stand by their nines
}

type liveTick struct {
	At    float64 `json:"at"`
	Label string  `json:"label"`
}

type liveSeries struct {
	Name string     `json:"name"`
	Ink  chart.Ink  `json:"ink"`
	Mark chart.Mark `json:"mark"`
	Dash []float64  `json:"dash"`
	X    []float64  `json:"x"`
	Y    []*float64 `json:"y"` // null is a gap
}

func liveOf(l chart.Lines) *live {
	x, y := l.Ends()
	made := &live{Title: l.Words.Title, X: axisOf(l.X, x), Y: axisOf(l.Y, y)}
	for _, s := range l.Series {
		drawn := liveSeries{Name: s.Name, Ink: s.Ink, Mark: s.Mark, Dash: chart.Dashes(s.Dash)}
		for _, p := range s.Points {
			drawn.X = append(drawn.X, p.X)
			if math.IsNaN(p.Y) {
				drawn.Y = append(drawn.Y, nil)
			} else {
				drawn.Y = append(drawn.Y, &p.Y)
			}
		}
		made.Series = append(made.Series, drawn)
	}
	return made
}

func axisOf(a chart.Axis, e chart.Ends) liveAxis {
	made := liveAxis{Title: a.Title, Low: e.Low, Top: e.Top, Nines: len(a.Ticks) > 0}
	for _, t := range e.Ticks {
		made.Ticks = append(made.Ticks, liveTick{t.At, t.Label})
	}
	return made
}
