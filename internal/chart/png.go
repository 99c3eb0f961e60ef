package chart

import (
	"image/png"
	"io"
	"math"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
)

// PNG writes a chart on a light surface, as SVG draws it, with scale pixels for each of its lengths.
func PNG(w io.Writer, c Chart, width, scale float64) error {
	s := page(c, width)
	dc := gg.NewContext(int(math.Ceil(s.width*scale)), int(math.Ceil(s.y*scale)))
	dc.SetColor(light(Surface))
	dc.Clear()
	r := raster{dc: dc, scale: scale, faces: make(map[lettering]font.Face)}
	for _, shape := range s.shapes {
		r.paint(shape)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, dc.Image())
}

// raster paints the shapes of a sheet as pixels.
type raster struct {
	dc    *gg.Context
	scale float64
	faces map[lettering]font.Face
}

// lettering is what text looks like.
type lettering struct {
	size float64
	bold bool
}

func (r raster) paint(s shape) {
	switch v := s.(type) {
	case box:
		r.dc.DrawRectangle(v.x*r.scale, v.y*r.scale, v.w*r.scale, v.h*r.scale)
		r.fill(v.fill, v.edge)
	case stroke:
		r.line(v.points, v.pairs)
		var dash []float64
		for _, d := range v.dash {
			dash = append(dash, d*r.scale)
		}
		r.dc.SetDash(dash...)
		r.dc.SetLineCapButt()
		r.dc.SetLineWidth(v.width * r.scale)
		r.dc.SetColor(light(v.ink))
		r.dc.Stroke()
	case area:
		r.line(v.points, false)
		r.dc.ClosePath()
		r.fill(v.fill, v.edge)
	case label:
		r.text(v)
	}
}

func (r raster) line(points []Point, pairs bool) {
	for i, p := range points {
		if i == 0 || pairs && i%2 == 0 {
			r.dc.MoveTo(p.X*r.scale, p.Y*r.scale)
		} else {
			r.dc.LineTo(p.X*r.scale, p.Y*r.scale)
		}
	}
}

// fill fills what was drawn last, and gives it an edge if there is to be one.
func (r raster) fill(fill, edge Ink) {
	r.dc.SetColor(light(fill))
	if edge == "" {
		r.dc.Fill()
		return
	}
	r.dc.FillPreserve()
	r.dc.SetDash()
	r.dc.SetLineWidth(r.scale)
	r.dc.SetColor(light(edge))
	r.dc.Stroke()
}

func (r raster) text(v label) {
	look := lettering{v.size * r.scale, v.bold}
	if r.faces[look] == nil {
		r.faces[look] = face(look.size, look.bold)
	}
	r.dc.SetFontFace(r.faces[look])
	r.dc.SetColor(light(v.ink))
	text := Printable(v.text)
	x := v.x * r.scale
	width := drawnWidth(text, v.size, v.bold) * r.scale
	switch v.anchor {
	case middle:
		x -= width / 2
	case end:
		x -= width
	case start:
	}
	r.dc.DrawString(text, x, v.y*r.scale)
}
