package wspush

import (
	"errors"
	"unicode/utf8"

	"pollpush/pkg/feed"
)

// data takes a data frame; when it completes a message, the message.
func (r *reader) data(h header) error {
	message, err := r.assemble(h)
	if err != nil || !h.fin {
		return err
	}
	if r.compressed {
		if message, err = r.inflater.inflate(message); err != nil {
			return err
		}
	}
	return r.take(message)
}

// assemble takes the payload of a data frame, and returns that of its message's frames so far, valid
// until the next frame is read.
func (r *reader) assemble(h header) ([]byte, error) {
	if (h.opcode == opContinuation) != r.fragmented {
		return nil, errors.New("continuation without a beginning, or a beginning without an end") // section 5.4
	}
	if h.opcode == opBinary {
		return nil, errors.New("binary message")
	}
	r.fragmented = !h.fin
	if h.opcode != opContinuation {
		r.compressed = h.rsv1
		if h.fin {
			return r.buf, nil
		}
	}
	r.message = append(r.message, r.buf...)
	message := r.message
	if h.fin {
		r.message = r.message[:0]
	}
	return message, nil
}

// take reads the message or the gap in a text.
func (r *reader) take(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("text is not UTF-8") // section 8.1
	}
	if gap, ok := feed.DecodeGap(text); ok {
		r.unit.Missed = gap.Missed
		r.unit.Cost.Down.Framing += r.unit.Cost.Down.Payload
		r.unit.Cost.Down.Payload = 0
		return nil
	}
	m, err := feed.Decode(text)
	if err != nil {
		return err
	}
	r.unit.Messages = append(r.unit.Messages, m)
	r.unit.Cost.Messages = 1
	return nil
}
