// Package visible makes text from outside safe to show: what a terminal would obey, what turns the reading
// direction round and what cannot be seen is written out in its place.
package visible

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line returns the text as one line of characters that can be seen. Line ends and tabs become spaces;
// control characters (ESC and those of C1 as well), format characters (bidirectional controls, zero widths,
// tags) and bytes that are no UTF-8 become \x1b, \u202e and the like.
func Line(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n', r == '\r', r == '\t':
			b.WriteByte(' ')
		case !Hidden(r):
			b.WriteRune(r)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// JSON returns a JSON text with the same meaning, in whose strings everything can be seen. Line ends, which
// are between its tokens, stay.
func JSON(text []byte) []byte {
	safe := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n' || !Hidden(r):
			safe = append(safe, text[i:i+size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		default:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		}
		i += size
	}
	return safe
}

// WriteJSON writes a value as indented JSON in whose strings everything can be seen. It is how all JSON for people and
// scripts is written.
func WriteJSON(w io.Writer, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(JSON(text.Bytes()))
	return err
}

// Hidden reports whether a character is obeyed rather than seen: controls, line ends among them, and what directs or joins
// others without showing itself. It is the one list of these.
func Hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
