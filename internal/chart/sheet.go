package chart

import "strings"

// sheet is what a chart is drawn on: shapes in the order in which they are painted, from the top to y.
type sheet struct {
	width, y float64
	shapes   []shape
}

func newSheet(width float64) *sheet { return &sheet{width: width} }

func (s *sheet) add(shapes ...shape) { s.shapes = append(s.shapes, shapes...) }

// shape is one of stroke, area, box and label. Both painters know them all.
type shape any

// Point is a place, in data or on a sheet, where y grows downwards.
type Point struct{ X, Y float64 }

// stroke is an open line through points, or one between each two of them.
type stroke struct {
	pairs  bool
	points []Point
	ink    Ink
	width  float64
	dash   []float64
}

// area is a closed shape, filled, with an edge that lifts it off what is behind.
type area struct {
	points     []Point
	fill, edge Ink
}

// box is an upright rectangle. An empty ink paints nothing.
type box struct {
	x, y, w, h float64
	fill, edge Ink
	tip        string // what it stands for, where a pointer can ask
}

// label is a line of text, y on its baseline.
type label struct {
	x, y   float64
	text   string
	size   float64
	bold   bool
	ink    Ink
	anchor anchor
}

// anchor is which part of a text stands at its place.
type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

// paragraph writes text in the style of a label into as many lines as it takes.
func (s *sheet) paragraph(text string, style label) {
	for _, line := range wrap(text, style.size, style.bold, s.width-2*margin) {
		style.x, style.y, style.text = margin, s.y+style.size, line
		s.add(style)
		s.y += style.size * lineHeight
	}
}

// wrap breaks text into lines of a width. A word that is longer is shortened.
func wrap(text string, size float64, bold bool, width float64) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || textWidth(longer, size, bold) <= width {
			line = longer
			continue
		}
		lines = append(lines, shorten(line, size, bold, width))
		line = word
	}
	if line != "" {
		lines = append(lines, shorten(line, size, bold, width))
	}
	return lines
}

const ellipsis = "…"

// shorten cuts text to a width, and says so by an ellipsis.
func shorten(text string, size float64, bold bool, width float64) string {
	if textWidth(text, size, bold) <= width {
		return text
	}
	runes := []rune(text)
	for n := min(len(runes)-1, 400); n > 0; n-- { // no sheet is wider
		if short := string(runes[:n]) + ellipsis; textWidth(short, size, bold) <= width {
			return short
		}
	}
	return ellipsis
}
