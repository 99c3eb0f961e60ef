// Package trace shows one client's exchange with a target as it was on the wire, piece by piece, for
// a reader who wants to see what a transport really sends.
//
// It records what crosses the client's connections, takes the recorded bytes apart by parsers of its
// own, and holds the sum of the pieces against the ledger that the client booked meanwhile. The two
// count independently: a Trace whose Differences are not empty shows a defect of one of them.
package trace

import (
	"time"

	"pollpush/internal/build"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// Schema names the JSON of a Trace, and its version.
const Schema = "pollpush/trace/v1"

// Trace is an exchange from the first connection's opening to the last one's end.
type Trace struct {
	Schema   string     `json:"schema"` // the document's form, and the version of it
	Tool     build.Info `json:"tool"`
	Settings Settings   `json:"settings"`
	Steps    []Step     `json:"steps"` // all that crossed, in order
	// TLS is what TLS took around the steps; nil without it.
	TLS *TLS `json:"tls,omitempty"`
	// Totals are the pieces' bytes by layer, direction and phase.
	Totals Totals      `json:"totals"`
	Parsed wire.Ledger `json:"parsed"` // what the pieces add up to
	Booked wire.Ledger `json:"booked"` // what the client itself booked
	// Differences say in what the two are not equal, which is a defect of one of them.
	Differences []string `json:"differences"`
	// Summary says in sentences what was set-up and what is steady.
	Summary []string `json:"summary"`
}

// Settings are what was asked for.
type Settings struct {
	Transport    scenario.Transport `json:"transport"`
	Messages     int                `json:"messages"`         // how many were published
	Rate         float64            `json:"rate"`             // messages a second
	PayloadBytes int                `json:"payload_bytes"`    // of each message
	PollInterval time.Duration      `json:"poll_interval_ns"` // of short polling
	Hold         time.Duration      `json:"hold_ns"`          // how long a long poll is held
	KeepAlive    bool               `json:"keepalive"`        // whether polls share a connection
	TLS          bool               `json:"tls"`              // whether it went over TLS 1.3
	Headers      string             `json:"headers"`          // the header profile of the requests
	CookieBytes  int                `json:"cookie_bytes"`     // of the cookie that they carry
}

// Direction is which way something crossed. It is empty for what concerns both.
type Direction string

// The directions.
const (
	Up   Direction = "up"   // client to server
	Down Direction = "down" // server to client
)

// Layer is what bytes are for, as package wire books them.
type Layer string

// The layers.
const (
	Payload   Layer = "payload"
	Framing   Layer = "framing"
	Headers   Layer = "headers"
	Handshake Layer = "handshake"
	Records   Layer = "TLS" // what the records that carry the exchange add to it
)

// Layers returns all layers in the order in which they are shown.
func Layers() []Layer { return []Layer{Payload, Framing, Headers, Handshake, Records} }

// Phase is what a step belongs to.
type Phase string

// The phases of an exchange.
const (
	SetUp   Phase = "set-up" // what a subscription costs once
	Steady  Phase = "steady" // what goes on for as long as it lasts
	Closing Phase = "closing"
)

// Phases returns all phases in their order.
func Phases() []Phase { return []Phase{SetUp, Steady, Closing} }

// Step is what crossed at once: a head with its body, a chunk of a stream, a frame. A step without a
// direction is a connection's opening or end, which has no bytes of the stream.
type Step struct {
	Number int `json:"number"` // from 1
	// At is when its last byte was sent, or had come in, since the client began to connect.
	At         time.Duration `json:"at_ns"`
	Connection int           `json:"connection"` // from 1
	Direction  Direction     `json:"direction,omitempty"`
	Phase      Phase         `json:"phase"`
	Title      string        `json:"title"` // what it is, in words
	Bytes      int           `json:"bytes"` // on the connection, or inside of TLS where that carries it
	// Control marks a WebSocket control frame (RFC 6455 section 5.5).
	Control bool    `json:"control,omitempty"`
	Pieces  []Piece `json:"pieces,omitempty"` // its bytes by layer, in order

	order int // among all that was recorded
}

// Piece is a stretch of bytes of one layer.
type Piece struct {
	Layer Layer `json:"layer"`
	Bytes int   `json:"bytes"` // how many
	// Text is what crossed, with \r and \n for line ends, and shortened in the middle if it is long.
	Text string `json:"text,omitempty"`
	// Hex is it in hexadecimal, where it is no text.
	Hex string `json:"hex,omitempty"`
	// Remarks explain it.
	Remarks []string `json:"remarks,omitempty"`
	// Accept explains the answer to an opening handshake.
	Accept *Accept `json:"accept,omitempty"`
}

// shown returns the piece's content as it is shown.
func (p Piece) shown() string { return p.Text + p.Hex }

// TLS is what TLS took. All of it stands in the totals; the steps show the records of the handshake,
// and otherwise what is inside of TLS.
type TLS struct {
	Full    int64 `json:"full"`    // handshakes
	Resumed int64 `json:"resumed"` // handshakes
	// HandshakeUp is the client's records of the handshakes that the steps show.
	HandshakeUp   int64 `json:"handshake_up_bytes"`
	HandshakeDown int64 `json:"handshake_down_bytes"` // the server's
	// LaterUp is later records of the client without application data: alerts.
	LaterUp   int64 `json:"later_up_bytes"`
	LaterDown int64 `json:"later_down_bytes"` // the server's: session tickets, alerts
	// RecordsUp is how many of the client's records carried the exchange, each 22 bytes longer than what it carried.
	RecordsUp   int64 `json:"records_up"`
	RecordsDown int64 `json:"records_down"` // how many of the server's
}
