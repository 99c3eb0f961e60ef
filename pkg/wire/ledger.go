package wire

import "encoding/json"

// Bytes splits what crossed a socket in one direction by layer. The layers add up to the socket's
// bytes exactly; the zero value is nothing.
type Bytes struct {
	// Payload is the messages' own bytes.
	Payload int64
	// Framing is every HTTP body byte that is not a message (brackets, commas, chunk sizes, SSE
	// field names, comments), WebSocket frame headers, and whole WebSocket control frames.
	Framing int64
	// Header is the HTTP heads, from the start line to the blank line inclusive.
	Header int64
	// Handshake is the WebSocket upgrade request and its 101 (RFC 6455 section 4), and every TLS
	// record without application data (handshake, session tickets, alerts).
	Handshake int64
	// TLS is what the records that carry application data are longer than it: 22 bytes each.
	TLS int64
	// Control is the part of Framing that is WebSocket control frames (RFC 6455 section 5.5). It
	// is no layer of its own.
	Control int64
}

// Socket returns the sum of the five layers.
func (b Bytes) Socket() int64 { return b.Payload + b.Framing + b.Header + b.Handshake + b.TLS }

// Add returns b + o.
func (b Bytes) Add(o Bytes) Bytes {
	b.book(&o)
	return b
}

func (b *Bytes) book(o *Bytes) {
	b.Payload += o.Payload
	b.Framing += o.Framing
	b.Header += o.Header
	b.Handshake += o.Handshake
	b.TLS += o.TLS
	b.Control += o.Control
}

// Sub returns b - o.
func (b Bytes) Sub(o Bytes) Bytes {
	return Bytes{
		Payload:   b.Payload - o.Payload,
		Framing:   b.Framing - o.Framing,
		Header:    b.Header - o.Header,
		Handshake: b.Handshake - o.Handshake,
		TLS:       b.TLS - o.TLS,
		Control:   b.Control - o.Control,
	}
}

// bytesJSON is Bytes as results store it.
type bytesJSON struct {
	Payload   int64 `json:"payload_bytes"`
	Framing   int64 `json:"framing_bytes"`
	Header    int64 `json:"header_bytes"`
	Handshake int64 `json:"handshake_bytes"`
	TLS       int64 `json:"tls_bytes"`
	Socket    int64 `json:"socket_bytes"` // the sum of the five layers
	Control   int64 `json:"control_bytes"`
}

// MarshalJSON writes the layers and their sum, so that a reader of the JSON need not know which
// fields are layers.
func (b Bytes) MarshalJSON() ([]byte, error) {
	return json.Marshal(bytesJSON{b.Payload, b.Framing, b.Header, b.Handshake, b.TLS, b.Socket(), b.Control})
}

// UnmarshalJSON reads what MarshalJSON wrote; the sum is computed anew.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var j bytesJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*b = Bytes{j.Payload, j.Framing, j.Header, j.Handshake, j.TLS, j.Control}
	return nil
}

// Ledger is what was counted over some time, on the client's side: exchanges, frames and bytes.
// It is a comparable value; what counts concurrently keeps one for itself and adds them up.
type Ledger struct {
	Messages             int64 `json:"messages"`               // messages carried by what is booked here
	Connections          int64 `json:"connections"`            // TCP connections opened
	TLSFull              int64 `json:"tls_full"`               // full TLS handshakes
	TLSResumed           int64 `json:"tls_resumed"`            // resumed TLS handshakes
	Upgrades             int64 `json:"upgrades"`               // WebSocket opening handshakes
	Requests             int64 `json:"requests"`               // HTTP requests, upgrades apart
	RequestsWithMessages int64 `json:"requests_with_messages"` // answered with messages; an opened event stream is one
	RequestsEmpty        int64 `json:"requests_empty"`         // answered without a message
	RequestsFailed       int64 `json:"requests_failed"`        // answered with an error, or not at all
	// RequestsGivenUp are those that were out when their client ended, and not answered any more. They
	// are not among Requests: whether the server takes one for answered, nobody can know.
	RequestsGivenUp int64 `json:"requests_given_up"`
	Frames          int64 `json:"frames"` // WebSocket data frames
	Up              Bytes `json:"up"`     // client to server
	Down            Bytes `json:"down"`   // server to client
}

// Add returns l + o.
func (l Ledger) Add(o Ledger) Ledger {
	l.Book(&o)
	return l
}

// Book adds o to l where it stands. It is for those who do so with every message: a ledger is large, and
// copies of it make a deep stack.
func (l *Ledger) Book(o *Ledger) {
	l.Messages += o.Messages
	l.Connections += o.Connections
	l.TLSFull += o.TLSFull
	l.TLSResumed += o.TLSResumed
	l.Upgrades += o.Upgrades
	l.Requests += o.Requests
	l.RequestsWithMessages += o.RequestsWithMessages
	l.RequestsEmpty += o.RequestsEmpty
	l.RequestsFailed += o.RequestsFailed
	l.RequestsGivenUp += o.RequestsGivenUp
	l.Frames += o.Frames
	l.Up.book(&o.Up)
	l.Down.book(&o.Down)
}

// Sub returns l - o.
func (l Ledger) Sub(o Ledger) Ledger {
	return Ledger{
		Messages:             l.Messages - o.Messages,
		Connections:          l.Connections - o.Connections,
		TLSFull:              l.TLSFull - o.TLSFull,
		TLSResumed:           l.TLSResumed - o.TLSResumed,
		Upgrades:             l.Upgrades - o.Upgrades,
		Requests:             l.Requests - o.Requests,
		RequestsWithMessages: l.RequestsWithMessages - o.RequestsWithMessages,
		RequestsEmpty:        l.RequestsEmpty - o.RequestsEmpty,
		RequestsFailed:       l.RequestsFailed - o.RequestsFailed,
		RequestsGivenUp:      l.RequestsGivenUp - o.RequestsGivenUp,
		Frames:               l.Frames - o.Frames,
		Up:                   l.Up.Sub(o.Up),
		Down:                 l.Down.Sub(o.Down),
	}
}

// Socket returns the bytes of both directions.
func (l Ledger) Socket() int64 { return l.Up.Socket() + l.Down.Socket() }
