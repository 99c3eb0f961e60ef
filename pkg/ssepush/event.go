package ssepush

import (
	"bytes"
	"strconv"
)

// appendEvent appends an event: its id, its type unless that is empty, and its data, for which each
// line gets a field of its own. The end of a line may be LF, CR or CRLF; it arrives as LF, as the
// HTML standard has it.
func appendEvent(b []byte, id uint64, typ string, data []byte) []byte {
	b = append(b, "id: "...)
	b = strconv.AppendUint(b, id, 10)
	if typ != "" {
		b = append(b, "\nevent: "...)
		b = append(b, typ...)
	}
	for {
		line, rest, more := cutLine(data)
		b = append(b, "\ndata: "...)
		b = append(b, line...)
		if !more {
			return append(b, "\n\n"...)
		}
		data = rest
	}
}

// cutLine cuts b at its first line end.
func cutLine(b []byte) (line, rest []byte, found bool) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return b, nil, false
	}
	end := i + 1
	if b[i] == '\r' && end < len(b) && b[end] == '\n' {
		end++
	}
	return b[:i], b[end:], true
}
