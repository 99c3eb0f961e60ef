package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"pollpush/internal/chart"
	"pollpush/internal/golden"
)

const hostile = "</text><script>alert(1)</script>\u202e\x00\xff\"'&"

// lines has two series, one with a gap, on a logarithmic scale.
func lines() chart.Lines {
	return chart.Lines{
		Words: chart.About{Title: "Latency & time", Description: "What is seen.", Notes: []string{"INVALID: " + hostile}},
		X:     chart.Axis{Title: "time, s"},
		Y:     chart.Axis{Title: "latency, ms", Log: true},
		Series: []chart.Series{
			{Name: "Short polling", Ink: chart.Orange, Mark: chart.Circle, Points: []chart.Point{{0, 400}, {1, 500}, {2, 600}, {3, 500}}},
			{Name: "SSE, " + hostile, Ink: chart.Green, Mark: chart.Triangle, Dash: 1, Points: []chart.Point{{0, 0}, {1, 2}, {2, math.NaN()}, {3, 4}, {4, 8}}},
		},
	}
}

// bars has a stack, a hollow bar, one of no length, one that is no number, and one below 0.
func bars() chart.Bars {
	part := func(ink chart.Ink, h chart.Hatch, hollow bool, v float64) chart.Part {
		return chart.Part{Fill: chart.Fill{Name: "part", Ink: ink, Hatch: h, Hollow: hollow}, Length: v}
	}
	return chart.Bars{
		Words: chart.About{Title: "Bytes by layer", Description: "What is seen."},
		Axis:  "bytes",
		Keys:  []chart.Fill{{Name: "payload", Ink: chart.Slate}, {Name: "framing", Ink: chart.Mist, Hatch: chart.Rising}},
		Groups: []chart.Group{
			{Name: "mean", Bars: []chart.Bar{
				{Name: "Short polling", Mark: chart.Circle, Ink: chart.Orange, Value: "350 B", Parts: []chart.Part{
					part(chart.Slate, chart.Plain, false, 128), part(chart.Mist, chart.Rising, false, 2), part(chart.Ochre, chart.Fallen, false, 220),
				}},
				{Name: "computed", Value: "300 B", Close: true, Parts: []chart.Part{part(chart.Orange, chart.Upright, true, 300)}},
			}},
			{Name: "p99", Bars: []chart.Bar{
				{Name: hostile, Mark: chart.Square, Ink: chart.Purple, Value: "0 B", Parts: []chart.Part{part(chart.Slate, chart.Plain, false, 0)}},
				{Name: "unknown", Mark: chart.Triangle, Ink: chart.Green, Value: "–", Parts: []chart.Part{part(chart.Slate, chart.Plain, false, math.NaN())}},
				{Name: "negative", Mark: chart.Diamond, Ink: chart.Blue, Value: "−5 B", Parts: []chart.Part{part(chart.Slate, chart.Plain, false, -5)}},
			}},
		},
	}
}

func svg(t *testing.T, c chart.Chart, width float64) string {
	t.Helper()
	var b bytes.Buffer
	if err := chart.SVG(&b, c, width); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "lines.svg", svg(t, lines(), 760))
	golden.Compare(t, "bars.svg", svg(t, bars(), 760))
	golden.Compare(t, "lines-inline.svg", chart.Inline(lines(), 340, "one"))
	golden.Compare(t, "bars-inline.svg", chart.Inline(bars(), 340, "two"))
}

// Whatever text is in a chart, it is text: the document has no elements but those that are drawn, and each
// names itself.
func TestSVGIsWellFormed(t *testing.T) {
	known := map[string]bool{"svg": true, "title": true, "desc": true, "style": true, "path": true, "rect": true, "text": true}
	for name, text := range map[string]string{
		"lines": svg(t, lines(), 760), "bars": svg(t, bars(), 760), "narrow": svg(t, bars(), 200), "inline": chart.Inline(lines(), 340, "a"),
	} {
		seen := make(map[string]int)
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				seen[e.Name.Local]++
				if !known[e.Name.Local] {
					t.Errorf("%s: an element %s", name, e.Name.Local)
				}
			}
		}
		if seen["title"] == 0 || seen["desc"] != 1 {
			t.Errorf("%s: %d titles, %d descriptions", name, seen["title"], seen["desc"])
		}
		if strings.ContainsAny(text, "\u202e\x00") {
			t.Errorf("%s: what turns text round is in it", name)
		}
	}
}

// A file by itself has colours for both surfaces; in a document they are the document's.
func TestStyleOfSVG(t *testing.T) {
	if text := svg(t, lines(), 760); !strings.Contains(text, "prefers-color-scheme:dark") || !strings.Contains(text, "INVALID: ") {
		t.Error("a file has no dark colours, or no notes")
	}
	if text := chart.Inline(lines(), 760, "a"); strings.Contains(text, "<style") || strings.Contains(text, "style=") {
		t.Error("a part of a document has styles, which the document's policy would forbid")
	}
}

func TestPNG(t *testing.T) {
	for name, c := range map[string]chart.Chart{"lines": lines(), "bars": bars()} {
		var b bytes.Buffer
		if err := chart.PNG(&b, c, 760, 2); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		if picture.Bounds().Dx() != 1520 || picture.Bounds().Dy() < 500 {
			t.Errorf("%s: %v", name, picture.Bounds())
		}
		inks := []chart.Ink{chart.Orange, chart.Green, chart.Text}
		if name == "bars" {
			inks = []chart.Ink{chart.Slate, chart.Mist, chart.Ochre, chart.Orange, chart.Purple, chart.Green, chart.Blue}
		}
		for _, ink := range inks {
			if n := count(picture, shade(t, ink).Light); n < 20 {
				t.Errorf("%s: %d pixels of %s", name, n, ink)
			}
		}
	}
}

func shade(t *testing.T, ink chart.Ink) chart.Shade {
	t.Helper()
	for _, s := range chart.Palette() {
		if s.Ink == ink {
			return s
		}
	}
	t.Fatalf("%s is in no palette", ink)
	return chart.Shade{}
}

func parse(text string) color.RGBA {
	var n uint32
	for _, c := range text[1:] {
		n = n<<4 | uint32(strings.IndexRune("0123456789abcdef", c))
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

func count(m image.Image, of string) int {
	want, n := parse(of), 0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if color.RGBAModel.Convert(m.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

// contrast is that of WCAG 2.2, section "contrast ratio".
func contrast(a, b string) float64 {
	luminance := func(text string) float64 {
		c := parse(text)
		channel := func(v uint8) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	surface := shade(t, chart.Surface)
	for _, v := range []struct {
		ink   chart.Ink
		least float64
	}{
		{chart.Text, 7}, {chart.Muted, 4.5}, {chart.Orange, 3}, {chart.Purple, 3}, {chart.Green, 3}, {chart.Blue, 4.5},
	} {
		s := shade(t, v.ink)
		if l, d := contrast(s.Light, surface.Light), contrast(s.Dark, surface.Dark); l < v.least || d < v.least {
			t.Errorf("%s: %.1f on light and %.1f on dark, want %v", v.ink, l, d, v.least)
		}
	}
}

// Whatever the values are, an axis has an end, and ticks with room between them.
func TestAxes(t *testing.T) {
	for _, v := range []struct {
		name   string
		values []float64
		log    bool
		want   string
	}{
		{"from 0", []float64{3, 1000}, false, "0 200 400 600 800 1,000"},
		{"nothing", nil, false, "0 0.2 0.4 0.6 0.8 1"},
		{"zeros", []float64{0, 0}, false, "0 0.2 0.4 0.6 0.8 1"},
		{"small", []float64{0.013}, false, "0 0.005 0.01 0.015"},
		{"without end", []float64{math.Inf(1)}, false, "0 200,000,000,000,000,000 400,000,000,000,000,000 600,000,000,000,000,000 800,000,000,000,000,000 1,000,000,000,000,000,000"},
		{"below 0", []float64{-3, 7}, false, "-4 -2 0 2 4 6 8"},
		{"all below 0", []float64{-120, -900}, false, "-1,000 -800 -600 -400 -200 0"},
		{"far below 0", []float64{math.Inf(-1), 0}, false, "-1,000,000,000,000,000,000 -800,000,000,000,000,000 -600,000,000,000,000,000 -400,000,000,000,000,000 -200,000,000,000,000,000 0"},
		{"decades", []float64{0.4, 1001}, true, "1 10 100 1,000"},
		{"many decades", []float64{0.004, 900}, true, "0.01 0.1 1 10 100 1,000"},
		{"one value", []float64{1}, true, "0.1 0.2 0.5 1"},
		{"not above 0", []float64{0, -1}, true, "1 2 5 10"},
	} {
		s := chart.Series{}
		for i, y := range v.values {
			s.Points = append(s.Points, chart.Point{X: float64(i), Y: y})
		}
		_, y := chart.Lines{Y: chart.Axis{Log: v.log}, Series: []chart.Series{s}}.Ends()
		var texts []string
		for _, tick := range y.Ticks {
			texts = append(texts, tick.Label)
		}
		if got := strings.Join(texts, " "); got != v.want {
			t.Errorf("%s: %s, want %s", v.name, got, v.want)
		}
		if !(y.Low < y.Top) || math.IsInf(y.Top, 0) {
			t.Errorf("%s: from %v to %v", v.name, y.Low, y.Top)
		}
	}
}

// A chart of nothing is drawn, too, and one of anything is never wider than it was asked to be.
func TestExtremes(t *testing.T) {
	c := lines()
	c.Series = nil
	svg(t, c, 760)
	long := bars()
	long.Groups[0].Bars[0].Name = strings.Repeat("word ", 2000)
	long.Words.Title = strings.Repeat("x", 5000)
	if text := svg(t, long, 340); len(text) > 100_000 {
		t.Errorf("%d bytes", len(text))
	}
}

func TestPrintable(t *testing.T) {
	const turned = "a\u202eb\u2066c\x00d\x1b[31m\xff é 中\n\t"
	if got, want := chart.Printable(turned), "a\uFFFDb\uFFFDc\uFFFDd\uFFFD[31m\uFFFD é 中\n\t"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, r := range "\r\u0085\u00ad\u061c\u200b\u200e\u200f\u2028\u202a\u202e\u2066\u2069\ufeff\uffff\U000e0041\x7f" {
		if chart.Printable(string(r)) != "\uFFFD" {
			t.Errorf("%U is taken for printable", r)
		}
	}
}

// A line that was measured point by point has a mark on each; on others marks only tell lines apart.
func TestMarks(t *testing.T) {
	l := chart.Lines{Series: []chart.Series{{Name: "a", Mark: chart.Circle, Ink: chart.Slate}}}
	for i := range 50 {
		l.Series[0].Points = append(l.Series[0].Points, chart.Point{X: float64(i), Y: 1})
	}
	marks := func() int { return strings.Count(svg(t, l, 760), `Z" class="f-slate s-surface"`) - 1 } // one is in the legend
	few := marks()
	l.Series[0].Measured = true
	if many := marks(); few > 10 || many != 50 {
		t.Errorf("%d and %d marks, want a few and 50", few, many)
	}
	l.Series[0].Measured = false
	for i := 1; i < 50; i += 2 {
		l.Series[0].Points[i].Y = math.NaN()
	}
	if alone := marks(); alone != 25 {
		t.Errorf("%d marks, want each of 25 points that no line goes through", alone)
	}
}
