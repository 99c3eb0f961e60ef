package ssepush

import (
	"bytes"
	"errors"
)

// maxEventBytes bounds the data of one event, and a line.
const maxEventBytes = 16 << 20

var errEventTooLarge = errors.New("event larger than 16 MiB")

// event is what stands between two blank lines of a stream.
type event struct {
	// Type is the event's type; empty means "message".
	Type []byte
	// Data is the data lines joined with LF. It belongs to the decoder and is valid until the
	// next call.
	Data []byte
	// HasData is false for what dispatches no event: comments, a lone id.
	HasData bool
}

// decoder reads an event stream however it was cut into pieces (HTML Living Standard, section
// 9.2.6). The zero value stands at the start of a stream.
type decoder struct {
	line    []byte // the line so far, when it came in pieces
	afterCR bool   // the last byte was a CR: an LF now belongs to it
	begun   bool   // the first line has been seen, and with it the byte order mark
	done    bool   // the event was returned; start afresh

	typ     []byte
	data    []byte
	hasData bool
}

// next reads from p up to the end of an event's blank line. It returns how many bytes it took, and
// whether an event is complete; without one it has taken all of p.
func (d *decoder) next(p []byte) (n int, e event, complete bool, err error) {
	if d.done {
		d.typ, d.data, d.hasData, d.done = d.typ[:0], d.data[:0], false, false
	}
	for n < len(p) {
		if d.afterCR {
			d.afterCR = false
			if p[n] == '\n' {
				n++
				continue
			}
		}
		i := bytes.IndexAny(p[n:], "\r\n")
		if i < 0 {
			d.line = append(d.line, p[n:]...)
			return len(p), event{}, false, d.tooLarge()
		}
		line := p[n : n+i]
		if len(d.line) > 0 {
			d.line = append(d.line, line...)
			line = d.line
		}
		d.afterCR = p[n+i] == '\r'
		n += i + 1
		if d.afterCR && n < len(p) && p[n] == '\n' {
			d.afterCR = false
			n++
		}
		blank := d.take(line)
		d.line = d.line[:0]
		if err := d.tooLarge(); err != nil {
			return n, event{}, false, err
		}
		if blank {
			d.done = true
			return n, event{Type: d.typ, Data: d.data, HasData: d.hasData}, true, nil
		}
	}
	return n, event{}, false, nil
}

func (d *decoder) tooLarge() error {
	if len(d.line) > maxEventBytes || len(d.data) > maxEventBytes {
		return errEventTooLarge
	}
	return nil
}

// byteOrderMark may stand once, at the start of a stream.
var byteOrderMark = []byte("\xef\xbb\xbf")

// take processes one line, and reports whether it is the blank one that ends an event. The fields
// id and retry are for a client that reconnects by itself; the caller here keeps its own cursor.
func (d *decoder) take(line []byte) (blank bool) {
	if !d.begun {
		d.begun = true
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if len(line) == 0 {
		return true
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		if d.hasData {
			d.data = append(d.data, '\n')
		}
		d.data = append(d.data, value...)
		d.hasData = true
	case "event":
		d.typ = append(d.typ[:0], value...)
	}
	return false
}
