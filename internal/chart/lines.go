package chart

import "math"

// Lines are series over a common axis.
type Lines struct {
	Words  About
	X, Y   Axis
	Series []Series
}

// Series is one line.
type Series struct {
	Name   string
	Ink    Ink
	Mark   Mark
	Dash   int     // see Dashes
	Points []Point // ascending in X; a Y that is no number is a gap
	// Measured says that each point was, and has a mark; otherwise marks only tell lines apart.
	Measured bool
}

// Ends returns the values at the ends of the two axes, and their ticks.
func (l Lines) Ends() (x, y Ends) { return ends(l.xScale()), ends(l.yScale()) }

// Ends is what an axis shows.
type Ends struct {
	Low, Top float64
	Ticks    []Tick
}

func ends(s scale) Ends { return Ends{s.low, s.top, s.ticks} }

func (l Lines) xScale() scale {
	return newScale(l.X, l.values(func(p Point) float64 { return p.X }))
}

func (l Lines) yScale() scale {
	return newScale(l.Y, l.values(func(p Point) float64 { return p.Y }))
}

func (l Lines) values(of func(Point) float64) []float64 {
	var vs []float64
	for _, s := range l.Series {
		for _, p := range s.Points {
			if v := of(p); !math.IsNaN(v) && !math.IsNaN(p.Y) {
				vs = append(vs, v)
			}
		}
	}
	return vs
}

// About says what the chart shows.
func (l Lines) About() About { return l.Words }

func (l Lines) plot(s *sheet) {
	var keys []key
	for _, series := range l.Series {
		keys = append(keys, series.key())
	}
	s.legend(keys)
	s.paragraph(l.Y.Title, label{size: tickSize, ink: Muted})
	s.y += 8

	x, y := l.xScale(), l.yScale()
	left := 0.0
	for _, t := range y.ticks {
		left = max(left, textWidth(t.Label, tickSize, false))
	}
	height := min(max(s.width*0.42, 220), 320)
	x.from, x.to = margin+left+8, s.width-margin-12
	y.from, y.to = s.y+height, s.y
	s.grid(x, y)
	for i, series := range l.Series {
		series.draw(s, x, y, i, len(l.Series))
	}
	s.y += height + tickSize*lineHeight + 10
	s.paragraph(l.X.Title, label{size: tickSize, ink: Muted})
}

// grid draws the axes' marks, and leaves out labels that would touch.
func (s *sheet) grid(x, y scale) {
	for _, t := range y.ticks {
		at := y.place(t.At)
		s.add(stroke{points: []Point{{x.from, at}, {x.to, at}}, ink: Grid, width: 1},
			label{x: x.from - 8, y: at + tickSize*0.36, text: t.Label, size: tickSize, ink: Muted, anchor: end})
	}
	s.columns(x, y.to, y.from)
}

// columns draws the marks of an axis from left to right between two heights, and its labels below.
func (s *sheet) columns(x scale, top, bottom float64) {
	for _, t := range x.ticks {
		at := x.place(t.At)
		s.add(stroke{points: []Point{{at, top}, {at, bottom + 4}}, ink: Grid, width: 1})
	}
	for _, t := range s.labelled(x) {
		s.add(label{x: x.place(t.At), y: bottom + 6 + tickSize, text: t.Label, size: tickSize, ink: Muted, anchor: middle})
	}
}

// labelled returns the ticks whose labels have room beside each other: every one, every second ... or, where that would leave
// next to nothing, whichever has.
func (s *sheet) labelled(x scale) []Tick {
	for stride := 1; !x.log && len(x.ticks)/stride > 2; stride++ {
		var some []Tick
		for i := 0; i < len(x.ticks); i += stride {
			some = append(some, x.ticks[i])
		}
		if len(s.fitting(x, some)) == len(some) {
			return some
		}
	}
	return s.fitting(x, x.ticks)
}

// fitting returns the ticks, from the left, whose labels do not touch the one before.
func (s *sheet) fitting(x scale, ticks []Tick) []Tick {
	var some []Tick
	free := 0.0
	for _, t := range ticks {
		at, half := x.place(t.At), textWidth(t.Label, tickSize, false)/2
		if at-half < free || at+half > s.width {
			continue
		}
		some = append(some, t)
		free = at + half + 6
	}
	return some
}

const (
	lineWidth = 2
	markSize  = 4
)

func (l Series) key() key {
	return key{name: l.Name, sample: func(x, y float64) []shape {
		return []shape{
			stroke{points: []Point{{x, y}, {x + sampleWidth, y}}, ink: l.Ink, width: lineWidth, dash: Dashes(l.Dash)},
			markAt(l.Mark, Point{x + sampleWidth/2, y}, markSize, l.Ink),
		}
	}}
}

// marks is how many marks a line has.
const marks = 8

// spot is where a mark may stand. One that is alone between gaps has no line through it, and is not seen without.
type spot struct {
	Point
	alone bool
}

// draw draws the line, piece by piece between gaps, and then marks on it. Those of another series stand elsewhere, so that two
// lines in one place are seen to be two.
func (l Series) draw(s *sheet, x, y scale, i, n int) {
	var piece []Point
	var placed []spot
	flush := func() {
		switch len(piece) {
		case 0:
		case 1:
			placed[len(placed)-1].alone = true
		default:
			s.add(stroke{points: piece, ink: l.Ink, width: lineWidth, dash: Dashes(l.Dash)})
		}
		piece = nil
	}
	for _, p := range l.Points {
		if math.IsNaN(p.Y) {
			flush()
			continue
		}
		at := Point{x.place(p.X), y.place(p.Y)}
		piece = append(piece, at)
		placed = append(placed, spot{Point: at})
	}
	flush()
	step := (x.to - x.from) / marks
	next := x.from + step*(float64(i)+0.5)/float64(n)
	for k, at := range placed {
		if few := len(placed) < marks && k == len(placed)-1; at.X < next && !few && !l.Measured && !at.alone {
			continue
		}
		s.add(markAt(l.Mark, at.Point, markSize, l.Ink))
		for next <= at.X {
			next += step
		}
	}
}
