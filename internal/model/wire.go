package model

import "pollpush/internal/scenario"

// Wire is what carries the messages, in bytes: averages, as heads grow with the numbers in them.
type Wire struct {
	// Request is the head of a short poll, Wait by how much that of a long one is longer. Message and
	// Nothing are the heads of answers with messages and without.
	Request, Wait, Message, Nothing float64
	// The same in HTTP/2's frame headers (RFC 9113 section 4.1); 0 over HTTP/1.1.
	RequestFrames, MessageFrames, NothingFrames float64
	// An array of n messages takes Array + n Element.
	Array, Element float64
	// Records is the TLS records of an answer with messages that fits into one.
	Records float64

	// Cursor is the digits of a message's number, in an event's id. Chunk says that events come in
	// chunks of HTTP/1.1 (RFC 9112 section 7.1) rather than in frames of HTTP/2.
	Cursor float64
	Chunk  bool
	// Comment is the seconds after which a quiet event stream sends an empty comment, Ping those
	// between a WebSocket's pings; 0 means never.
	Comment, Ping float64

	// Stream is the heads that open an event stream, Upgrade those of a WebSocket's opening handshake.
	Stream, Upgrade Sides
	// Handshake is what TLS takes to open and close a connection, tickets included.
	Handshake Sides
	// Segments is what opening and closing takes over plain TCP beyond the exchange's own segments,
	// SecureSegments over TLS.
	Segments, SecureSegments Sides
	// MSS is the payload that fits into a segment: 1448 with an MTU of 1500 and timestamps.
	MSS float64
}

// Sides is something in both directions.
type Sides struct{ Up, Down float64 }

// GoWire returns what a target of this module and clients with the header profile "go" send, as
// measured over loopback: a port of five digits, a message number of one, a length of three, and the
// target's own certificate. Other profiles are put in by the caller, and so are compressed payloads.
func GoWire(s scenario.Scenario) Wire {
	w := Wire{
		Request: 116, Wait: 9, Message: 109, Nothing: 64,
		Array: 1, Element: 1, Records: 1,
		Cursor: 1, Chunk: true, Comment: 15, Ping: 30,
		Stream: Sides{142, 142}, Upgrade: Sides{227, 166},
		Handshake: Sides{1534, 1875},
		Segments:  Sides{3, 4}, SecureSegments: Sides{6, 7},
		MSS: 1448,
	}
	if s.Resume {
		w.Handshake = Sides{1696, 1496}
	}
	if !s.KeepAlive {
		const closing = float64(len("Connection: close\r\n"))
		w.Request, w.Message, w.Nothing = w.Request+closing, w.Message+closing, w.Nothing+closing
	}
	if s.CookieBytes > 0 {
		cookie := float64(len("Cookie: \r\n") + s.CookieBytes)
		w.Request, w.Stream.Up, w.Upgrade.Up = w.Request+cookie, w.Stream.Up+cookie, w.Upgrade.Up+cookie
	}
	if s.HTTP == scenario.HTTP2 {
		w.overHTTP2()
	}
	return w
}

// overHTTP2 puts in what is left of polls and event streams once HPACK knows the fields that repeat:
// the path and the date. A cookie is known, too, from the second request on.
func (w *Wire) overHTTP2() {
	const frame = 9
	w.Request, w.Wait, w.Message, w.Nothing = 23, 6, 15.5, 12
	w.RequestFrames, w.MessageFrames, w.NothingFrames = frame, 2*frame, frame
	w.Records, w.Chunk = 2, false // head and content are written apart
	w.Stream = Sides{148, 104}
}

// frameBytes returns the header of a WebSocket frame from a server (RFC 6455 section 5.2).
func frameBytes(payload int) float64 {
	switch {
	case payload <= 125:
		return 2
	case payload <= 0xffff:
		return 4
	}
	return 10
}

// eventBytes returns what is around a message in an event stream: its id and data fields, the blank
// line, and the chunk or the frame that carries it.
func (w Wire) eventBytes(payload int) float64 {
	const fields = len("id: \n" + "data: \n" + "\n")
	event := float64(fields) + w.Cursor
	return event + w.chunkBytes(float64(payload)+event)
}

// chunkBytes returns what is around n bytes: their number in hexadecimal digits and two line ends.
func (w Wire) chunkBytes(n float64) float64 {
	if !w.Chunk {
		return 9
	}
	digits := 1.0
	for ; n >= 16; n /= 16 {
		digits++
	}
	return digits + 4
}
