package chart

// key is an entry of a legend: a sample and what it stands for.
type key struct {
	name   string
	sample func(x, y float64) []shape // x at its left, y at its middle
}

const (
	sampleWidth = 30
	keyGap      = 18
)

// legend writes keys side by side, in as many rows as it takes.
func (s *sheet) legend(keys []key) {
	const row = 21
	x := float64(margin)
	room := s.width - 2*margin
	for i, k := range keys {
		name := shorten(k.name, labelSize, false, room-sampleWidth-6)
		width := sampleWidth + 6 + textWidth(name, labelSize, false)
		if i > 0 && x+width > s.width-margin {
			x = margin
			s.y += row
		}
		s.add(k.sample(x, s.y+row/2)...)
		s.add(label{x: x + sampleWidth + 6, y: s.y + row/2 + labelSize*0.36, text: name, size: labelSize, ink: Text})
		x += width + keyGap
	}
	if len(keys) > 0 {
		s.y += row + 4
	}
}
