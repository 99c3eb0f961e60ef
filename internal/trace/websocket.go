package trace

import (
	"fmt"

	"pollpush/pkg/feed"
)

// frames takes one direction of a WebSocket connection apart, a step for each frame.
func (p *parser) frames(r *reading) {
	for {
		f, ok := parseFrame(r.rest())
		if !ok {
			return
		}
		payload := r.rest()[f.size : f.size+f.length]
		r.hex(2, Framing, f.firstByte(), f.secondByte())
		if f.extended > 0 {
			r.hex(f.extended, Framing, fmt.Sprintf("Extended payload length: hexadecimal, in network byte order: %s.", thousands(f.length)))
		}
		title := f.name() + " frame"
		if f.masked {
			r.hex(len(f.mask), Framing, p.once("mask", "The masking key, new and random for each frame. Byte i of the payload is sent XOR byte "+
				"i mod 4 of it, so that no page can make a browser send bytes that a proxy takes for HTTP. It hides nothing.")...)
		}
		if f.control() {
			title += p.control(r, f, payload)
		} else {
			title += p.data(r, f, payload)
		}
		r.end(p.later(r.order()), title, f.control())
	}
}

// control cuts the payload of a control frame. It is framing, too: the application never sees it.
func (p *parser) control(r *reading, f frame, payload []byte) (title string) {
	plain := f.unmasked(payload)
	var remarks []string
	if f.masked && len(payload) > 0 {
		remarks = append(remarks, fmt.Sprintf("Unmasked: %s.", hexBytes(plain)))
	}
	if f.opcode != opClose {
		r.hex(len(payload), Framing, remarks...)
		return ""
	}
	code := closeCode(plain)
	if len(plain) >= 2 {
		remarks = append(remarks, fmt.Sprintf("The close code: hexadecimal %02x%02x = %s.", plain[0], plain[1], code))
	}
	remarks = append(remarks, p.once("close", "The closing handshake: whoever wants to end sends a close frame, the other answers with one, "+
		"and then the server ends the TCP connection.")...)
	r.hex(len(payload), Framing, remarks...)
	return ": " + code
}

// opClose is the opcode of a close frame.
const opClose = 0x8

// data cuts the payload of a data frame.
func (p *parser) data(r *reading, f frame, payload []byte) (title string) {
	p.counted.Frames++
	plain := f.unmasked(payload)
	layer := Payload
	if _, ok := feed.DecodeGap(plain); ok && f.fin && f.opcode != 0 {
		layer, title = Framing, ": a gap"
	} else if f.fin {
		p.message(r.order())
		if m, err := feed.Decode(plain); err == nil {
			title = fmt.Sprintf(": message %d", m.Seq)
		}
	}
	piece := Piece{Layer: layer, Text: text(plain), Remarks: p.once(string(messageJSON), abouts[messageJSON])}
	if f.masked {
		piece.Remarks = append(piece.Remarks, "Shown with the mask taken off.")
	}
	r.raw(len(payload), piece)
	return title
}
