package model

import (
	"math"

	"pollpush/internal/scenario"
)

// Direction is what crosses in one direction, a second. The layers are those of package wire: bytes on
// the socket, which add up. Segments and IPBytes are an estimate of what TCP/IP makes of them.
type Direction struct {
	Payload   float64
	Framing   float64
	Header    float64
	Handshake float64
	TLS       float64

	Segments float64 // acknowledgements included
	IPBytes  float64 // with TCP and IP headers
}

// Socket returns the sum of the layers.
func (d Direction) Socket() float64 {
	return d.Payload + d.Framing + d.Header + d.Handshake + d.TLS
}

// Lengths of TCP/IP on IPv4 with timestamps, and of TLS 1.3 (RFC 8446 section 5.2).
const (
	segmentBytes = 52
	synBytes     = 8 // by which a SYN is longer
	recordBytes  = 22
	recordMost   = 16384
)

// traffic returns what p takes on the wire.
func traffic(in Input, p Prediction) (up, down Direction) {
	if in.Transport.Polls() {
		up, down = pollTraffic(in, p)
	} else {
		up, down = pushTraffic(in)
	}
	sessions(in, p.Connections, &up, &down)
	if !in.TLS {
		up.TLS, down.TLS = 0, 0
	}
	for _, d := range []*Direction{&up, &down} {
		d.IPBytes = d.Socket() + segmentBytes*d.Segments + synBytes*p.Connections
	}
	return up, down
}

// pollTraffic: each poll is a request and an answer, and a third segment acknowledges one of the two.
// A held request is acknowledged by itself, as its answer is long in coming, and that answer by the next
// request; a short poll's answer is acknowledged by itself, as its next request is. So a long poll that
// finds something takes two segments only.
func pollTraffic(in Input, p Prediction) (up, down Direction) {
	w := in.Wire
	full, empty := p.Requests*(1-p.Empty), p.Requests*p.Empty
	request := w.Request
	if in.Transport == scenario.LongPoll {
		request += w.Wait
	}
	up = Direction{Header: p.Requests * request, Framing: p.Requests * w.RequestFrames, TLS: p.Requests * recordBytes}
	content := p.Batch*(float64(in.PayloadBytes)+w.Element) + w.Array
	records := max(w.Records, pieces(content, recordMost))
	down = Direction{
		Payload: in.Rate * float64(in.PayloadBytes),
		Framing: in.Rate*w.Element + full*(w.Array+w.MessageFrames) + empty*w.NothingFrames,
		Header:  full*w.Message + empty*w.Nothing,
		TLS:     (full*records + empty) * recordBytes,
	}
	answer := pieces(content+w.Message+w.MessageFrames, w.MSS)
	up.Segments = p.Requests * pieces(request, w.MSS)
	down.Segments = full*answer + empty
	if in.Transport == scenario.LongPoll && in.KeepAlive {
		down.Segments += p.Requests * p.Held
		up.Segments += full * (acknowledgements(answer) - 1)
	} else {
		up.Segments += full*acknowledgements(answer) + empty
	}
	return up, down
}

// pushTraffic: each message is a segment down and its acknowledgement up. Where messages follow each
// other within the 40 ms that an acknowledgement may be delayed, several share one: this is then too much.
func pushTraffic(in Input) (up, down Direction) {
	framing := frameBytes(in.PayloadBytes)
	if in.Transport == scenario.SSE {
		framing = in.Wire.eventBytes(in.PayloadBytes)
	}
	message := float64(in.PayloadBytes) + framing
	segments := pieces(message, in.Wire.MSS)
	up = Direction{Segments: in.Rate * acknowledgements(segments)}
	down = Direction{
		Payload: in.Rate * float64(in.PayloadBytes), Framing: in.Rate * framing,
		TLS: in.Rate * recordBytes * pieces(message, recordMost), Segments: in.Rate * segments,
	}
	if in.Transport == scenario.SSE {
		comments(in, &up, &down)
	} else {
		pings(in.Wire, &up, &down)
	}
	return up, down
}

// comments adds those of an event stream. One is sent whenever it has been quiet for K: floor(X / K)
// of them in a pause X between messages, which for Poisson arrivals is 1 / (e^λK - 1) on average.
func comments(in Input, up, down *Direction) {
	k := in.Wire.Comment
	if k == 0 {
		return
	}
	rate := 1 / k
	if in.spaced() {
		rate = in.Rate * math.Floor(1/(in.Rate*k))
	} else if in.Rate > 0 {
		rate = in.Rate / math.Expm1(in.Rate*k)
	}
	const comment = len(":\n\n")
	down.Framing += rate * (float64(comment) + in.Wire.chunkBytes(float64(comment)))
	down.TLS += rate * recordBytes
	down.Segments += rate
	up.Segments += rate
}

// pings adds those of a WebSocket, which do not ask whether it is quiet. A ping carries a number, the
// pong the same and a mask of 4; the server acknowledges the pong by itself.
func pings(w Wire, up, down *Direction) {
	if w.Ping == 0 {
		return
	}
	rate := 1 / w.Ping
	down.Framing += rate * 3
	up.Framing += rate * 7
	down.TLS += rate * recordBytes
	up.TLS += rate * recordBytes
	down.Segments += 2 * rate
	up.Segments += rate
}

// sessions adds what opening and closing connections takes, so many a second.
func sessions(in Input, rate float64, up, down *Direction) {
	w := in.Wire
	if in.TLS {
		up.Handshake += rate * w.Handshake.Up
		down.Handshake += rate * w.Handshake.Down
		w.Segments = w.SecureSegments
	}
	up.Segments += rate * w.Segments.Up
	down.Segments += rate * w.Segments.Down
	switch in.Transport {
	case scenario.WebSocket:
		up.Handshake += rate * w.Upgrade.Up
		down.Handshake += rate * w.Upgrade.Down
	case scenario.SSE:
		up.Header += rate * w.Stream.Up
		down.Header += rate * w.Stream.Down
	default:
		return // its polls are counted
	}
	for _, d := range []*Direction{up, down} {
		d.TLS += rate * recordBytes
		d.Segments += rate
	}
}

// pieces returns into how many pieces of at most size n bytes are cut.
func pieces(n, size float64) float64 { return max(1, math.Ceil(n/size)) }

// acknowledgements returns how many there are for so many segments that come at once: one for two.
func acknowledgements(segments float64) float64 { return math.Ceil(segments / 2) }
