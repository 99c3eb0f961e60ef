package chart

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// SVG writes a chart as a file of its own, for a light and a dark surface, with its title and its notes.
func SVG(w io.Writer, c Chart, width float64) error {
	s := page(c, width)
	p := painter{}
	p.open(s, c.About(), "chart")
	fmt.Fprintf(&p.b, "<style>%s</style>\n", StyleSheet())
	p.paint(s)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// Inline returns a chart for an HTML document, which has StyleSheet and says title and notes itself.
// Identifiers in it begin with id, which must be a name.
func Inline(c Chart, width float64, id string) string {
	s := bare(c, width)
	p := painter{left: margin - 6} // a document has margins of its own
	p.open(s, c.About(), id)
	p.paint(s)
	return p.b.String()
}

// StyleSheet returns what gives the inks their colours in an SVG.
func StyleSheet() string {
	var b strings.Builder
	b.WriteString("svg.chart{font-family:system-ui,'Helvetica Neue',Arial,sans-serif}")
	rules := func(colour func(Shade) string) {
		for _, s := range Palette() {
			fmt.Fprintf(&b, ".f-%s{fill:%s}.s-%[1]s{stroke:%[2]s}", s.Ink, colour(s))
		}
	}
	rules(func(s Shade) string { return s.Light })
	b.WriteString("@media screen and (prefers-color-scheme:dark){")
	rules(func(s Shade) string { return s.Dark })
	b.WriteString("}")
	return b.String()
}

// painter writes the shapes of a sheet. Whatever text is in them is escaped.
type painter struct {
	b    strings.Builder
	left float64 // what of the sheet is not shown
}

// escapeXML escapes text for a document.
func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(Printable(s))
}

func (p *painter) open(s *sheet, about About, id string) {
	fmt.Fprintf(&p.b, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="%s 0 %s %s" width="%[2]s" height="%[3]s"`,
		decimal(p.left), decimal(s.width-p.left), decimal(math.Ceil(s.y)))
	fmt.Fprintf(&p.b, ` role="img" aria-labelledby="%s-title %[1]s-desc">`+"\n", id)
	fmt.Fprintf(&p.b, "<title id=\"%s-title\">%s</title>\n", id, escapeXML(about.Title))
	description := strings.Join(append([]string{about.Description}, about.Notes...), " ")
	fmt.Fprintf(&p.b, "<desc id=\"%s-desc\">%s</desc>\n", id, escapeXML(description))
}

func (p *painter) paint(s *sheet) {
	for _, shape := range s.shapes {
		switch v := shape.(type) {
		case box:
			p.box(v)
		case stroke:
			p.stroke(v)
		case area:
			fmt.Fprintf(&p.b, `<path d="%sZ" class="f-%s s-%s"/>`, path(v.points, false), v.fill, v.edge)
		case label:
			p.label(v)
		}
		p.b.WriteByte('\n')
	}
	p.b.WriteString("</svg>\n")
}

func (p *painter) box(v box) {
	fmt.Fprintf(&p.b, `<rect x="%s" y="%s" width="%s" height="%s" class="f-%s`, decimal(v.x), decimal(v.y), decimal(v.w), decimal(v.h), v.fill)
	if v.edge != "" {
		fmt.Fprintf(&p.b, " s-%s", v.edge)
	}
	if v.tip == "" {
		p.b.WriteString(`"/>`)
		return
	}
	fmt.Fprintf(&p.b, `"><title>%s</title></rect>`, escapeXML(v.tip))
}

func (p *painter) stroke(v stroke) {
	fmt.Fprintf(&p.b, `<path d="%s" class="s-%s" fill="none" stroke-width="%s"`, path(v.points, v.pairs), v.ink, decimal(v.width))
	if len(v.dash) > 0 {
		texts := make([]string, len(v.dash))
		for i, d := range v.dash {
			texts[i] = decimal(d)
		}
		fmt.Fprintf(&p.b, ` stroke-dasharray="%s"`, strings.Join(texts, " "))
	}
	p.b.WriteString(` stroke-linejoin="round"/>`)
}

func (p *painter) label(v label) {
	fmt.Fprintf(&p.b, `<text x="%s" y="%s" font-size="%s" class="f-%s"`, decimal(v.x), decimal(v.y), decimal(v.size), v.ink)
	if v.bold {
		p.b.WriteString(` font-weight="bold"`)
	}
	if v.anchor != "" && v.anchor != start {
		fmt.Fprintf(&p.b, ` text-anchor="%s"`, v.anchor)
	}
	if strings.HasSuffix(v.text, ellipsis) { // there is no more room than it was cut for, whatever the font
		fmt.Fprintf(&p.b, ` textLength="%s" lengthAdjust="spacingAndGlyphs"`, decimal(textWidth(v.text, v.size, v.bold)))
	}
	fmt.Fprintf(&p.b, ">%s</text>", escapeXML(v.text))
}

// path writes an open line, or one between each two points.
func path(points []Point, pairs bool) string {
	var b strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 || pairs && i%2 == 0 {
			command = "M"
		}
		b.WriteString(command + decimal(p.X) + " " + decimal(p.Y))
	}
	return b.String()
}

// decimal writes a length to a hundredth.
func decimal(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
