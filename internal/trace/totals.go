package trace

import (
	"fmt"

	"pollpush/pkg/wire"
)

// Sum is the bytes of both directions.
type Sum struct {
	Up   wire.Bytes `json:"up"`
	Down wire.Bytes `json:"down"`
}

// Totals are bytes by phase.
type Totals struct {
	SetUp   Sum `json:"set_up"`
	Steady  Sum `json:"steady"`
	Closing Sum `json:"closing"`
	All     Sum `json:"all"`
}

// phase returns the sum of a phase.
func (t *Totals) phase(p Phase) *Sum {
	switch p {
	case SetUp:
		return &t.SetUp
	case Closing:
		return &t.Closing
	case Steady:
	}
	return &t.Steady
}

func (s *Sum) direction(d Direction) *wire.Bytes {
	if d == Up {
		return &s.Up
	}
	return &s.Down
}

// of returns the bytes of the layer in b.
func (l Layer) of(b wire.Bytes) int64 {
	switch l {
	case Payload:
		return b.Payload
	case Framing:
		return b.Framing
	case Headers:
		return b.Header
	case Handshake:
		return b.Handshake
	case Records:
	}
	return b.TLS
}

// layerBytes returns n bytes of a layer.
func layerBytes(l Layer, n int64) wire.Bytes {
	switch l {
	case Payload:
		return wire.Bytes{Payload: n}
	case Framing:
		return wire.Bytes{Framing: n}
	case Headers:
		return wire.Bytes{Header: n}
	case Handshake:
		return wire.Bytes{Handshake: n}
	case Records:
	}
	return wire.Bytes{TLS: n}
}

// sum adds the steps up and compares them with what was booked, and that with the sockets.
func (t *Trace) sum(p *parser, connections []*connection, s *sink) {
	for _, step := range t.Steps {
		bytes := t.Totals.phase(step.Phase).direction(step.Direction)
		for _, piece := range step.Pieces {
			b := layerBytes(piece.Layer, int64(piece.Bytes))
			if step.Control {
				b.Control = int64(piece.Bytes)
			}
			*bytes = bytes.Add(b)
		}
	}
	if t.Settings.TLS {
		t.addTLS(p, s)
	}
	t.Parsed = p.counted
	for _, phase := range Phases() {
		sum := t.Totals.phase(phase)
		t.Totals.All.Up = t.Totals.All.Up.Add(sum.Up)
		t.Totals.All.Down = t.Totals.All.Down.Add(sum.Down)
	}
	t.Parsed.Up, t.Parsed.Down = t.Totals.All.Up, t.Totals.All.Down
	t.compare(connections, s)
}

// addTLS adds what TLS took and the steps do not show. How it divides is the ledger's word; that the
// sum is right is checked with the sockets.
func (t *Trace) addTLS(p *parser, s *sink) {
	t.TLS = &TLS{HandshakeUp: p.tlsUp, HandshakeDown: p.tlsDown, Full: t.Booked.TLSFull, Resumed: t.Booked.TLSResumed}
	p.counted.TLSFull, p.counted.TLSResumed = t.Booked.TLSFull, t.Booked.TLSResumed
	for i, phase := range Phases() {
		booked, sum := s.booked[i], t.Totals.phase(phase)
		for _, side := range []struct {
			booked, shown  wire.Bytes
			sum            *wire.Bytes
			later, records *int64
		}{
			{booked.Up, sum.Up, &sum.Up, &t.TLS.LaterUp, &t.TLS.RecordsUp},
			{booked.Down, sum.Down, &sum.Down, &t.TLS.LaterDown, &t.TLS.RecordsDown},
		} {
			later := side.booked.Handshake - side.shown.Handshake
			side.sum.TLS += side.booked.TLS
			side.sum.Handshake += later
			*side.later += later
			*side.records += side.booked.TLS / recordOverhead
		}
	}
}

// compare notes each difference between what was parsed, booked, and recorded on the sockets.
func (t *Trace) compare(connections []*connection, s *sink) {
	differ := func(what string, parsed, booked int64) {
		if parsed != booked {
			t.Differences = append(t.Differences, fmt.Sprintf("%s: the trace has %d, the client booked %d", what, parsed, booked))
		}
	}
	for _, c := range []struct {
		what           string
		parsed, booked int64
	}{
		{"messages", t.Parsed.Messages, t.Booked.Messages},
		{"connections", t.Parsed.Connections, t.Booked.Connections},
		{"upgrades", t.Parsed.Upgrades, t.Booked.Upgrades},
		{"requests", t.Parsed.Requests, t.Booked.Requests},
		{"requests with messages", t.Parsed.RequestsWithMessages, t.Booked.RequestsWithMessages},
		{"empty requests", t.Parsed.RequestsEmpty, t.Booked.RequestsEmpty},
		{"failed requests", t.Parsed.RequestsFailed, t.Booked.RequestsFailed},
		{"frames", t.Parsed.Frames, t.Booked.Frames},
	} {
		differ(c.what, c.parsed, c.booked)
	}
	compareBytes(differ, "up", t.Parsed.Up, t.Booked.Up)
	compareBytes(differ, "down", t.Parsed.Down, t.Booked.Down)
	up, down := sockets(connections)
	differ("socket bytes up", up, t.Booked.Up.Socket())
	differ("socket bytes down", down, t.Booked.Down.Socket())
	if !t.Settings.TLS { // inside of TLS, where a ticket is read is the ledger's word
		compareBytes(differ, "set-up, up", t.Totals.SetUp.Up, s.booked[phaseSetUp].Up)
		compareBytes(differ, "set-up, down", t.Totals.SetUp.Down, s.booked[phaseSetUp].Down)
	}
}

func compareBytes(differ func(string, int64, int64), what string, parsed, booked wire.Bytes) {
	differ("payload bytes "+what, parsed.Payload, booked.Payload)
	differ("framing bytes "+what, parsed.Framing, booked.Framing)
	differ("header bytes "+what, parsed.Header, booked.Header)
	differ("handshake bytes "+what, parsed.Handshake, booked.Handshake)
	differ("TLS bytes "+what, parsed.TLS, booked.TLS)
	differ("control bytes "+what, parsed.Control, booked.Control)
}

// sockets returns what was recorded on the sockets.
func sockets(connections []*connection) (up, down int64) {
	for _, c := range connections {
		up += int64(len(c.socket.up.bytes))
		down += int64(len(c.socket.down.bytes))
	}
	return up, down
}
