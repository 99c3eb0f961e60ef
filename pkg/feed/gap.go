package feed

import "strconv"

const (
	missedField = `{"missed":`
	nextField   = `,"next":`
)

// Gap tells a reader that fell behind the kept tail what it will never get. Like a message it is a
// JSON object, the same bytes on every transport, and it stands where the missed messages would.
type Gap struct {
	// Missed counts the messages that are gone.
	Missed uint64
	// Next is the sequence number of the first message after them.
	Next uint64
}

// AppendGap appends the gap's JSON object, {"missed":N,"next":N}, to b.
func AppendGap(b []byte, g Gap) []byte {
	b = append(b, missedField...)
	b = strconv.AppendUint(b, g.Missed, 10)
	b = append(b, nextField...)
	b = strconv.AppendUint(b, g.Next, 10)
	return append(b, '}')
}

// DecodeGap reads a gap; ok is false when raw is something else.
func DecodeGap(raw []byte) (g Gap, ok bool) {
	missed, rest, ok := number(raw, missedField)
	if !ok {
		return Gap{}, false
	}
	next, rest, ok := number(rest, nextField)
	if !ok || string(rest) != "}" || missed >= next {
		return Gap{}, false
	}
	return Gap{Missed: missed, Next: next}, true
}

// Gap returns the gap in front of a batch taken at cursor after, and whether there is one.
func (b Batch) Gap(after uint64) (Gap, bool) {
	return Gap{Missed: b.Missed, Next: after + b.Missed + 1}, b.Missed > 0
}
