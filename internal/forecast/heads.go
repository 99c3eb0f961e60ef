package forecast

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/net/http2/hpack"

	"pollpush/internal/headers"
	"pollpush/internal/model"
	"pollpush/internal/scenario"
	"pollpush/pkg/exchange"
)

// heads is what the fields of a header profile take, in bytes: each time in polls and their answers, once
// where an event stream or a WebSocket is opened.
type heads struct {
	poll, answer float64
	stream       model.Sides
	upgrade      model.Sides
}

// headsOf returns the heads of a profile. The target is one like that of model.GoWire, on the loopback with a
// port of five digits.
func headsOf(p headers.Profile, s scenario.Scenario) heads {
	origin := "http://127.0.0.1:54321"
	if s.TLS {
		origin = "https://127.0.0.1:54321"
	}
	over2 := s.HTTP == scenario.HTTP2
	fetch := p.Request(headers.Fetch, over2, origin)
	if !s.KeepAlive { // the client says Connection: close in its place, which GoWire knows
		fetch = slices.DeleteFunc(fetch, func(f exchange.Field) bool { return strings.EqualFold(f.Name, "Connection") })
	}
	stream := p.Request(headers.EventSource, over2, origin)
	h := heads{
		poll: length(fetch), answer: length(p.Response),
		stream:  model.Sides{Up: length(stream), Down: length(p.Response)},
		upgrade: model.Sides{Up: length(p.Request(headers.WebSocket, false, origin)), Down: length(p.Response)},
	}
	if over2 {
		_, h.poll = blocks(fetch)
		h.stream.Up, _ = blocks(stream)
		h.stream.Down, h.answer = blocks(p.Response)
	}
	return h
}

func length(fields []exchange.Field) float64 { return float64(headers.Bytes(fields)) }

// blocks returns what fields take in a header block of HTTP/2 the first time, and each time after that.
// A field that the table remembers takes a byte or two; one too long for its 4096 bytes is sent in full each
// time (RFC 7541 section 4.4).
func blocks(fields []exchange.Field) (first, again float64) {
	var n counter
	encoder := hpack.NewEncoder(&n)
	encode := func() float64 {
		before := n
		for _, f := range fields {
			_ = encoder.WriteField(hpack.HeaderField{Name: strings.ToLower(f.Name), Value: f.Value}) // a counter takes everything
		}
		return float64(n - before)
	}
	first = encode()
	return first, encode()
}

// counter counts what is written to it.
type counter int

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// wireOf returns the model's bytes for the question: those of header profile go, its fields replaced by
// those of the question's, the cookie among them.
func wireOf(q Question) (model.Wire, error) {
	plain, err := headers.Load(headers.Default)
	if err != nil {
		return model.Wire{}, err
	}
	s := q.Scenario
	s.CookieBytes = 0 // it is among the question's fields
	w := model.GoWire(s)
	before, after := headsOf(plain, s), headsOf(q.Headers, s)
	w.Request += after.poll - before.poll
	w.Message += after.answer - before.answer
	w.Nothing += after.answer - before.answer
	replace(&w.Stream, before.stream, after.stream)
	replace(&w.Upgrade, before.upgrade, after.upgrade)
	return w, nil
}

func replace(of *model.Sides, before, after model.Sides) {
	of.Up += after.Up - before.Up
	of.Down += after.Down - before.Down
}
