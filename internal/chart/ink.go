package chart

import "image/color"

// Ink is a colour by name. What it looks like depends on the surface.
type Ink string

// The inks of a sheet.
const (
	Surface Ink = "surface"
	Text    Ink = "text"
	Muted   Ink = "muted"
	Grid    Ink = "grid"
)

// The inks of series, after Okabe and Ito: they differ to colour-blind readers, too, and from either surface
// by 3:1 at least.
const (
	Orange Ink = "orange"
	Purple Ink = "purple"
	Green  Ink = "green"
	Blue   Ink = "blue"
)

// The inks of the parts of a stack, which are no series.
const (
	Slate Ink = "slate"
	Mist  Ink = "mist"
	Ochre Ink = "ochre"
	Brown Ink = "brown"
	Rose  Ink = "rose"
)

// Shade is what an ink looks like.
type Shade struct {
	Ink         Ink
	Light, Dark string // as #rrggbb
}

// Palette returns all inks.
func Palette() []Shade {
	return []Shade{
		{Surface, "#ffffff", "#14171c"},
		{Text, "#1b1f26", "#eef1f5"},
		{Muted, "#565d69", "#aab2bf"},
		{Grid, "#dde1e7", "#323842"},
		{Orange, "#b8460e", "#ff9a5c"},
		{Purple, "#8239a8", "#d9a6f5"},
		{Green, "#00765a", "#43d3a7"},
		{Blue, "#0b62b0", "#70baff"},
		{Slate, "#465063", "#c3ccda"},
		{Mist, "#90a5c6", "#6580a8"},
		{Ochre, "#dba728", "#b98a12"},
		{Brown, "#8a5a44", "#c08f78"},
		{Rose, "#c9889f", "#8f5468"},
	}
}

// light returns an ink on a light surface.
func light(ink Ink) color.Color {
	for _, s := range Palette() {
		if s.Ink == ink {
			return hex(s.Light)
		}
	}
	return color.Black
}

// hex reads #rrggbb, which the palette alone holds.
func hex(text string) color.Color {
	digit := func(i int) uint8 {
		if c := text[i]; c >= 'a' {
			return c - 'a' + 10
		}
		return text[i] - '0'
	}
	return color.RGBA{digit(1)<<4 | digit(2), digit(3)<<4 | digit(4), digit(5)<<4 | digit(6), 0xff}
}
