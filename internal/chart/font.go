package chart

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// fonts are the two that text is measured by, and drawn with in a PNG. The fonts of whoever looks at an SVG are
// about as wide.
var fonts = sync.OnceValue(func() (parsed struct{ regular, bold *opentype.Font }) {
	parsed.regular, parsed.bold = parse(goregular.TTF), parse(gobold.TTF)
	return parsed
})

func parse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(fmt.Sprintf("chart: the font that is built in: %v", err)) // it is a constant
	}
	return f
}

// face returns a font in a size. A face is for one goroutine.
func face(size float64, bold bool) font.Face {
	f := fonts().regular
	if bold {
		f = fonts().bold
	}
	made, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(fmt.Sprintf("chart: a face of %v: %v", size, err)) // sizes are constants, too
	}
	return made
}

// unit is the size in which widths are measured; they scale.
const unit = 64

var measuring = struct {
	sync.Mutex
	faces map[bool]font.Face
}{faces: make(map[bool]font.Face)}

// wider is how much wider text may come out in the fonts of whoever looks at an SVG.
const wider = 1.15

// textWidth returns how much room a line of text needs.
func textWidth(text string, size float64, bold bool) float64 {
	return wider * drawnWidth(text, size, bold)
}

// drawnWidth returns how wide a line of text is in the fonts that are built in.
func drawnWidth(text string, size float64, bold bool) float64 {
	measuring.Lock()
	defer measuring.Unlock()
	if measuring.faces[bold] == nil {
		measuring.faces[bold] = face(unit, bold)
	}
	var width fixed.Int26_6
	for _, r := range text {
		advance, ok := measuring.faces[bold].GlyphAdvance(r)
		if !ok {
			advance = fixed.I(unit) // as wide as a Chinese character
		}
		width += advance
	}
	return float64(width) / 64 * size / unit
}
