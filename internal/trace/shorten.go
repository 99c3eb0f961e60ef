package trace

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// How much of something long is shown, in bytes.
const (
	longest = 72 // is shown in full
	headRun = 40
	tailRun = 12
)

// text returns b as it is shown: line ends and what is not printable as escapes, and a long one with
// its middle left out.
func text(b []byte) string {
	if len(b) <= longest {
		return escape(b)
	}
	head, tail := headRun, len(b)-tailRun
	for head > 0 && !utf8.RuneStart(b[head]) {
		head--
	}
	for tail < len(b) && !utf8.RuneStart(b[tail]) {
		tail++
	}
	return fmt.Sprintf("%s … %s more bytes … %s", escape(b[:head]), thousands(tail-head), escape(b[tail:]))
}

// escape writes what is printable as it is, except for the backslash, and the rest as Go does. A
// space at the end is written so that it can be seen.
func escape(b []byte) string {
	if n := len(b) - 1; n >= 0 && b[n] == ' ' {
		return escape(b[:n]) + `\x20`
	}
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, `\x%02x`, b[0])
		case r == '\\' || !strconv.IsPrint(r):
			quoted := strconv.QuoteRune(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		default:
			out.WriteRune(r)
		}
		b = b[n:]
	}
	return out.String()
}

// hexBytes writes b in hexadecimal, byte by byte, and a long one with its end left out.
func hexBytes(b []byte) string {
	const most = 16
	rest := ""
	if len(b) > most {
		rest = fmt.Sprintf(" … %s more bytes", thousands(len(b)-most))
		b = b[:most]
	}
	words := make([]string, len(b))
	for i := range b {
		words[i] = hex.EncodeToString(b[i : i+1])
	}
	return strings.Join(words, " ") + rest
}

// thousands writes n with commas.
func thousands[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural writes a number and what it counts.
func plural[T int | int64](n T, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}
