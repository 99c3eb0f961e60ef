package feed

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"pollpush/pkg/clock"
)

// MinPayload is the least size of a message in bytes: what the largest sequence number and due
// time need, so that a size once accepted holds for every message of a run.
const MinPayload = len(seqField) + 20 + len(dueField) + 19 + len("}")

// MaxPayload is the greatest size of a message in bytes.
const MaxPayload = 1 << 20

// The fields of an encoded message, in the order in which they always stand.
const (
	seqField = `{"seq":`
	dueField = `,"due":`
	padField = `,"pad":"`
	padEnd   = `"}`
)

// Message is one publication of a topic: what the application sends, whatever carries it.
type Message struct {
	// Seq numbers the messages of a topic from 1 without a hole.
	Seq uint64
	// Due is when the schedule wanted it published. A late publisher does not move it.
	Due clock.Instant
	// Raw is its JSON object, the same bytes on every transport. Readers share it.
	Raw []byte
}

// encode makes the JSON object of a message, exactly size bytes long: the sequence number, the due
// time, and padding. Where a pad field does not fit, spaces before the closing brace fill up.
func encode(seq uint64, due clock.Instant, size int) ([]byte, error) {
	if size < MinPayload || size > MaxPayload {
		return nil, fmt.Errorf("feed: a message of %d bytes: at least %d are needed and %d allowed",
			size, MinPayload, MaxPayload)
	}
	if due < 0 {
		return nil, fmt.Errorf("feed: due %d lies before the clock's origin", due)
	}
	raw := make([]byte, 0, size)
	raw = append(raw, seqField...)
	raw = strconv.AppendUint(raw, seq, 10)
	raw = append(raw, dueField...)
	raw = strconv.AppendInt(raw, int64(due), 10)
	if size-len(raw) < len(padField)+len(padEnd) {
		for len(raw) < size-len("}") {
			raw = append(raw, ' ')
		}
		return append(raw, '}'), nil
	}
	raw = append(raw, padField...)
	raw = appendPadding(raw, size-len(padEnd), seq)
	return append(raw, padEnd...), nil
}

// ErrNotMessage says that bytes are no message of this project.
var ErrNotMessage = errors.New(`feed: not a message: want {"seq":N,"due":N,...}`)

// Decode reads sequence number and due time from a message's bytes, without allocating. Raw is the
// given slice. It looks at the two fields only; what follows them is the sender's business.
func Decode(raw []byte) (Message, error) {
	seq, rest, ok := number(raw, seqField)
	if !ok {
		return Message{}, ErrNotMessage
	}
	due, rest, ok := number(rest, dueField)
	if !ok || due > math.MaxInt64 || !endsNumber(rest) || rest[len(rest)-1] != '}' {
		return Message{}, ErrNotMessage
	}
	return Message{Seq: seq, Due: clock.Instant(due), Raw: raw}, nil
}

// endsNumber reports whether rest begins with what may stand after a number in an object: the 2 of
// 2.5 and of 2e9 is no number.
func endsNumber(rest []byte) bool {
	return len(rest) > 0 && strings.IndexByte(", \t\r\n}", rest[0]) >= 0
}

// number reads the decimal number that follows prefix in b, and returns what comes after it. There
// is one way to write a number: JSON has no leading zeros (RFC 8259 section 6).
func number(b []byte, prefix string) (n uint64, rest []byte, ok bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return 0, b, false
	}
	b = b[len(prefix):]
	digits := 0
	for digits < len(b) && '0' <= b[digits] && b[digits] <= '9' {
		d := uint64(b[digits] - '0')
		if n > (math.MaxUint64-d)/10 {
			return 0, b, false
		}
		n = 10*n + d
		digits++
	}
	return n, b[digits:], digits == 1 || digits > 1 && b[0] != '0'
}
