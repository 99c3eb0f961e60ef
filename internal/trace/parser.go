package trace

import (
	"fmt"
	"sort"

	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// parser takes the recorded connections apart, one after the other, into steps, and counts what it
// finds. It shares no code with the clients whose ledger it checks.
type parser struct {
	transport scenario.Transport
	over      int // what was recorded after this belongs to the closing

	steps     []Step
	number    int             // of the connection in hand
	exchanges int             // requests so far
	said      map[string]bool // remarks that were made already
	key       string          // Sec-WebSocket-Key of the upgrade
	chunks    int             // of the stream
	counted   wire.Ledger     // all but the bytes
	steady    tally           // what of it is steady
	tlsUp     int64           // bytes of the TLS handshakes' records
	tlsDown   int64
}

// tally counts what a summary speaks of.
type tally struct{ polls, empty, messages int }

func newParser(name scenario.Transport, over int) *parser {
	return &parser{transport: name, over: over, said: make(map[string]bool)}
}

// once returns a remark, or nothing when it was made before.
func (p *parser) once(key, remark string) []string {
	if remark == "" || p.said[key] {
		return nil
	}
	p.said[key] = true
	return []string{remark}
}

// connection takes one connection apart.
func (p *parser) connection(number int, c *connection) {
	p.number = number
	p.counted.Connections++
	opening := SetUp
	if number > 1 {
		opening = p.later(c.opened.order)
	}
	p.event(c.opened, opening, fmt.Sprintf("TCP connection %d opens (SYN, SYN+ACK, ACK)", number))
	if c.inside != nil {
		p.handshakes(c, opening)
	}
	stream := c.stream()
	up := &reading{parser: p, direction: Up, flow: &stream.up}
	down := &reading{parser: p, direction: Down, flow: &stream.down}
	for complete := true; complete && len(up.rest()) > 0; {
		var upgraded bool
		if upgraded, complete = p.exchange(up, down); upgraded {
			p.frames(up)
			p.frames(down)
			break
		}
	}
	up.leftover()
	down.leftover()
	p.event(c.closed, p.phase(c.closed.order), fmt.Sprintf("TCP connection %d ends (FIN and ACK, both ways)", number))
}

// phase returns what something that was complete at this place belongs to. Set-up lasts until the
// first exchange is over.
func (p *parser) phase(order int) Phase {
	switch {
	case p.exchanges <= 1:
		return SetUp
	case order > p.over:
		return Closing
	}
	return Steady
}

// later is the phase of what is not part of an exchange.
func (p *parser) later(order int) Phase {
	if order > p.over {
		return Closing
	}
	return Steady
}

// message counts a message that was complete at this place.
func (p *parser) message(order int) {
	p.counted.Messages++
	if p.later(order) == Steady {
		p.steady.messages++
	}
}

// event adds a step without bytes.
func (p *parser) event(m mark, phase Phase, title string) {
	if m.order == 0 {
		return
	}
	if m.order > p.over {
		phase = Closing // with the connection, whatever it had carried
	}
	p.steps = append(p.steps, Step{At: m.at, Connection: p.number, Phase: phase, Title: title, order: m.order})
}

// inOrder returns the steps in the order in which they were complete.
func (p *parser) inOrder() []Step {
	sort.SliceStable(p.steps, func(i, j int) bool { return p.steps[i].order < p.steps[j].order })
	for i := range p.steps {
		p.steps[i].Number = i + 1
	}
	return p.steps
}

// reading cuts one direction of a stream into pieces and steps.
type reading struct {
	parser    *parser
	direction Direction
	flow      *flow
	at        int
	pieces    []Piece
}

// rest returns what was not cut yet.
func (r *reading) rest() []byte { return r.flow.bytes[r.at:] }

// raw cuts n bytes that are shown as p says.
func (r *reading) raw(n int, p Piece) {
	if n == 0 {
		return
	}
	p.Bytes = n
	r.at += n
	r.pieces = append(r.pieces, p)
}

// text cuts n bytes that are shown as text.
func (r *reading) text(n int, layer Layer, remarks ...string) {
	r.raw(n, Piece{Layer: layer, Text: text(r.rest()[:n]), Remarks: remarks})
}

// hex cuts n bytes that are shown in hexadecimal.
func (r *reading) hex(n int, layer Layer, remarks ...string) {
	r.raw(n, Piece{Layer: layer, Hex: hexBytes(r.rest()[:n]), Remarks: remarks})
}

// order returns the place of the last byte that was cut.
func (r *reading) order() int { return r.flow.until(r.at).order }

// end makes the pieces since the last end a step.
func (r *reading) end(phase Phase, title string, control bool) {
	if len(r.pieces) == 0 {
		return
	}
	m := r.flow.until(r.at)
	s := Step{
		At: m.at, Connection: r.parser.number, Direction: r.direction, Phase: phase, Title: title,
		Control: control, Pieces: r.pieces, order: m.order,
	}
	for _, piece := range r.pieces {
		s.Bytes += piece.Bytes
	}
	r.pieces = nil
	r.parser.steps = append(r.parser.steps, s)
}

// leftover shows what could not be understood: nothing is left out.
func (r *reading) leftover() {
	if n := len(r.rest()); n > 0 {
		r.hex(n, Framing, "This is no complete unit of its protocol: the connection ended in the middle of it.")
	}
	r.end(r.parser.later(r.order()), "the rest", false)
}
