package chart

import "math"

// Mark is the shape that tells a series from others.
type Mark string

// The marks.
const (
	Circle   Mark = "circle"
	Square   Mark = "square"
	Triangle Mark = "triangle"
	Diamond  Mark = "diamond"
)

// Dashes returns the lengths of dashes and gaps of a line by its number: the first is solid. There are as many as
// results can be told apart in one chart.
func Dashes(i int) []float64 {
	dashes := [][]float64{nil, {8, 4}, {2, 3}, {10, 3, 2, 3}}
	return dashes[i%len(dashes)]
}

// markAt draws a mark around a place.
func markAt(m Mark, at Point, size float64, ink Ink) area {
	a := area{fill: ink, edge: Surface}
	turned := func(n int, from, size float64) {
		for i := range n {
			angle := from + 2*math.Pi*float64(i)/float64(n)
			a.points = append(a.points, Point{at.X + size*math.Sin(angle), at.Y - size*math.Cos(angle)})
		}
	}
	switch m {
	case Square:
		turned(4, math.Pi/4, size*1.2)
	case Triangle:
		turned(3, 0, size*1.35)
	case Diamond:
		turned(4, 0, size*1.3)
	case Circle:
		turned(24, 0, size)
	}
	return a
}
