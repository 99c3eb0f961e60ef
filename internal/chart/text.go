package chart

import (
	"strings"

	"pollpush/internal/visible"
)

// Printable returns text without what is not seen in a drawing but obeyed, see visible.Hidden, and without bytes that are no
// UTF-8 and characters that XML forbids. A replacement character stands where one was. Line ends and tabs stay.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case visible.Hidden(r), r == 0xfffe, r == 0xffff:
			return '\uFFFD'
		}
		return r
	}, text)
}
