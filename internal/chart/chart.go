package chart

// Chart is a chart's data, Lines or Bars.
type Chart interface {
	// About returns what the chart is called, and what it shows in words.
	About() About
	// plot draws everything but the title and the notes on a sheet, which has its width.
	plot(s *sheet)
}

// About is what a chart says in words.
type About struct {
	Title string
	// Description says what is seen to those who do not see it: a few sentences.
	Description string
	// Notes stand under a chart that is by itself: what of it must not be used, what is computed.
	Notes []string
}

// Sizes of text, in pixels.
const (
	titleSize  = 17
	labelSize  = 13
	tickSize   = 12
	lineHeight = 1.4
)

// margin is what is left free around everything.
const margin = 14

// page draws a chart that is by itself: with its title, its notes and a surface.
func page(c Chart, width float64) *sheet {
	about := c.About()
	s := newSheet(width)
	s.y = margin
	s.paragraph(about.Title, label{size: titleSize, bold: true, ink: Text})
	s.y += 6
	c.plot(s)
	s.y += 6
	for _, note := range about.Notes {
		s.paragraph(note, label{size: tickSize, ink: Muted})
	}
	s.y += margin
	s.shapes = append([]shape{box{w: s.width, h: s.y, fill: Surface}}, s.shapes...)
	return s
}

// bare draws a chart for a document that says everything else itself.
func bare(c Chart, width float64) *sheet {
	s := newSheet(width)
	s.y = 5
	c.plot(s)
	s.y += 2
	return s
}
