package chart

import "strings"

// Printable returns text without what shows nothing or changes how what stands around it is shown: control
// characters, characters that turn the direction of text round (Unicode Bidirectional Algorithm, section 2), and bytes that are
// no UTF-8. A replacement character stands where one was. Line ends and tabs stay.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', 0x7f <= r && r <= 0x9f, r == 0xfffe, r == 0xffff, // XML and HTML forbid most of them
			r == 0x061c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, text)
}
