package chart

// Hatch is what a fill has besides its colour.
type Hatch string

// The hatches.
const (
	Plain   Hatch = ""
	Rising  Hatch = "rising"
	Fallen  Hatch = "fallen"
	Upright Hatch = "upright"
)

// slim is how wide a part of a bar is that has no room for an edge or a hatch.
const slim = 5

// paint fills a box.
func (f Fill) paint(b box) []shape {
	ink := Surface
	b.fill, b.edge = f.Ink, Surface
	if b.w < slim && !f.Hollow { // an edge would eat it up
		b.edge = ""
		return []shape{b}
	}
	if f.Hollow {
		ink = f.Ink
		b.fill, b.edge = Surface, f.Ink
		b.x, b.y, b.w, b.h = b.x+0.75, b.y+0.75, max(b.w-1.5, 0.5), b.h-1.5
	}
	if lines := hatched(f.Hatch, b); len(lines) > 0 {
		return []shape{b, stroke{pairs: true, points: lines, ink: ink, width: 1.2}}
	}
	return []shape{b}
}

// hatched returns the ends of the lines of a hatch, cut off at the edges of a box.
func hatched(h Hatch, b box) []Point {
	const apart = 6.0
	var lines []Point
	slant := 0.0 // how far to the right a line goes on its way down
	switch h {
	case Plain:
		return nil
	case Rising:
		slant = -b.h
	case Fallen:
		slant = b.h
	case Upright:
	}
	for offset := apart / 2; offset < b.w+b.h; offset += apart {
		x := offset
		if slant > 0 {
			x -= b.h
		}
		if line, ok := cut(Point{x, 0}, Point{x + slant, b.h}, b.w); ok {
			for _, p := range line {
				lines = append(lines, Point{b.x + p.X, b.y + p.Y})
			}
		}
	}
	return lines
}

// cut cuts a line from top to bottom off at x = 0 and x = width.
func cut(a, b Point, width float64) ([2]Point, bool) {
	at := func(x float64) Point { return Point{x, a.Y + (x-a.X)/(b.X-a.X)*(b.Y-a.Y)} }
	if max(a.X, b.X) <= 0 || min(a.X, b.X) >= width {
		return [2]Point{}, false
	}
	line := [2]Point{a, b}
	for i, p := range line {
		if p.X < 0 {
			line[i] = at(0)
		} else if p.X > width {
			line[i] = at(width)
		}
	}
	return line, true
}
