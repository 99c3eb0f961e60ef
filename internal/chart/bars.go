package chart

import (
	"math"
	"strings"
)

// Bars are horizontal bars from 0, in groups. What is below 0 goes to the left.
type Bars struct {
	Words  About
	Axis   string // what they measure, with the unit
	Keys   []Fill // what the parts of the bars are, if the bars' names do not say it
	Groups []Group
}

// Group is bars under a heading, which may be empty.
type Group struct {
	Name string
	Bars []Bar
}

// Bar is a stack of parts.
type Bar struct {
	Name  string
	Mark  Mark // of what it belongs to, beside its name; there may be none
	Ink   Ink  // of the mark
	Value string
	Parts []Part
	Close bool // to the bar before it: the two belong together
}

// Part is a length of a bar.
type Part struct {
	Fill
	Length float64
}

// Fill is how a part of a bar is painted, and what it is called.
type Fill struct {
	Name   string
	Ink    Ink
	Hatch  Hatch
	Hollow bool // for what is computed
}

// About says what the chart shows.
func (b Bars) About() About { return b.Words }

const (
	barHeight = 16
	barGap    = 9
)

func (b Bars) plot(s *sheet) {
	var keys []key
	for _, f := range b.Keys {
		keys = append(keys, key{name: f.Name, sample: func(x, y float64) []shape {
			return f.paint(box{x: x, y: y - 7, w: sampleWidth, h: 14})
		}})
	}
	s.legend(keys)
	x := newScale(Axis{}, b.totals())
	names := b.widest(func(bar Bar) string { return bar.Name }) + 2*margin
	above := names > s.width*0.42 // there is no room for names at the side
	values := b.widest(func(bar Bar) string {
		if above && bar.Close {
			return bar.Value + ", " + bar.Name
		}
		return bar.Value
	}) + 8
	x.from, x.to = names+8, s.width-margin-values
	if above {
		x.from = margin
	}
	frame := len(s.shapes)
	top := s.y
	for _, g := range b.Groups {
		if g.Name != "" {
			s.y += 4
			s.paragraph(g.Name, label{size: labelSize, bold: true, ink: Text})
			s.y += 4
		}
		for _, bar := range g.Bars {
			bar.draw(s, x, above)
		}
		s.y += 4
	}
	bars := append([]shape{}, s.shapes[frame:]...)
	s.shapes = s.shapes[:frame]
	s.columns(x, top, s.y) // behind the bars
	s.add(bars...)
	s.y += tickSize*lineHeight + 8
	s.paragraph(b.Axis, label{size: tickSize, ink: Muted})
}

// totals returns where the parts of the bars end.
func (b Bars) totals() []float64 {
	var all []float64
	for _, g := range b.Groups {
		for _, bar := range g.Bars {
			sum := 0.0
			for _, p := range bar.Parts {
				sum += p.length()
				all = append(all, sum)
			}
		}
	}
	return all
}

// length returns how long a part is drawn: what is no number is not.
func (p Part) length() float64 {
	if math.IsNaN(p.Length) {
		return 0
	}
	return max(-huge, min(p.Length, huge))
}

func (b Bars) widest(text func(Bar) string) float64 {
	most := 0.0
	for _, g := range b.Groups {
		for _, bar := range g.Bars {
			most = max(most, textWidth(text(bar), labelSize, false))
		}
	}
	return most
}

func (b Bar) draw(s *sheet, x scale, above bool) {
	const indent = margin + 14 // room for the mark
	if b.Close {
		s.y -= barGap - 1
	}
	value := b.Value
	if above && b.Close {
		value += ", " + b.Name // there is a bar, and no room for a line, between the two
		above, b.Name = false, ""
	}
	text := label{x: indent, y: s.y + barHeight/2 + labelSize*0.36, text: b.Name, size: labelSize, ink: Text}
	if b.Mark != "" {
		s.add(markAt(b.Mark, Point{margin + 4, s.y + barHeight/2}, markSize, b.Ink))
	}
	if above {
		text.text = shorten(b.Name, labelSize, false, s.width-indent-margin)
	}
	if text.text != "" {
		s.add(text)
	}
	if above {
		s.y += barHeight + 2
	}
	sum, at := 0.0, x.place(0)
	right := at
	for _, p := range b.Parts {
		sum += p.length()
		to := x.place(sum)
		if w := math.Abs(to - at); w > 0.05 {
			s.add(p.paint(box{x: min(at, to), y: s.y, w: w, h: barHeight, tip: strings.TrimPrefix(b.Name+": "+p.Name, ": ")})...)
		}
		at, right = to, max(right, to)
	}
	s.add(box{x: right + 3, y: s.y, w: textWidth(value, labelSize, false) + 5, h: barHeight, fill: Surface}) // over the grid
	s.add(label{x: right + 6, y: s.y + barHeight/2 + labelSize*0.36, text: value, size: labelSize, ink: Text})
	s.y += barHeight + barGap
}
