package forecast

import (
	"slices"

	"pollpush/internal/headers"
	"pollpush/internal/model"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// measure replaces what is computed of heads and handshakes by what was measured with the same fields over
// the same protocols. Framing stays: it follows from the messages' lengths, which may be others. It
// returns the transports whose bytes are measured.
func (e evidence) measure(q Question, w *model.Wire) []scenario.Transport {
	if q.From == nil || !sameFields(q.Headers, q.From.Result.Headers) {
		return nil
	}
	var measured []scenario.Transport
	for _, t := range scenario.Transports() { // in this order: a long poll's wait is what it has more than a short one
		f, ok := e.fits[t]
		if !ok || f.total.Connections <= 0 {
			continue
		}
		switch t {
		case scenario.ShortPoll:
			w.Request = per(f.steady.Up.Header, f.units)
			answers(w, f.steady)
		case scenario.LongPoll:
			w.Wait = per(f.steady.Up.Header, f.units) - w.Request
			if len(measured) == 0 {
				answers(w, f.steady)
			}
		case scenario.SSE:
			if f.setup.Requests <= 0 {
				continue
			}
			w.Stream = opening(f.setup, q.Scenario.OverHTTP2(t))
		case scenario.WebSocket:
			w.Upgrade = handshakes(f.total)
			if q.Scenario.TLS { // both are handshakes: what is not that of TLS is the upgrade
				w.Upgrade = model.Sides{Up: w.Upgrade.Up - w.Handshake.Up, Down: w.Upgrade.Down - w.Handshake.Down}
			}
		}
		if q.Scenario.TLS && t != scenario.WebSocket {
			w.Handshake = handshakes(f.total)
		}
		measured = append(measured, t)
	}
	return measured
}

// answers takes the heads of answers out of a ledger, which has those with messages and those without in
// one sum. The kind that there was more of is what is learned; the other stays as computed, because its error
// would be multiplied.
func answers(w *model.Wire, l wire.Ledger) {
	full, empty := float64(l.RequestsWithMessages), float64(l.RequestsEmpty)
	sum := float64(l.Down.Header)
	switch {
	case full > 0 && full >= empty:
		w.Message = (sum - empty*w.Nothing) / full
	case empty > 0:
		w.Nothing = (sum - full*w.Message) / empty
	}
}

// opening returns what opens an event stream. Over HTTP/2 the frames that open the connection are among it, as
// they are in model.Wire.
func opening(l wire.Ledger, http2 bool) model.Sides {
	up, down := l.Up.Header, l.Down.Header
	if http2 {
		up, down = up+l.Up.Framing, down+l.Down.Framing
	}
	return model.Sides{Up: per(up, l.Requests), Down: per(down, l.Requests)}
}

// handshakes returns the handshakes of a connection.
func handshakes(l wire.Ledger) model.Sides {
	return model.Sides{Up: per(l.Up.Handshake, l.Connections), Down: per(l.Down.Handshake, l.Connections)}
}

func per(sum, n int64) float64 { return float64(sum) / float64(n) }

// sameFields reports whether two profiles send the same, whatever they are called.
func sameFields(a, b headers.Profile) bool {
	return slices.Equal(a.Fetch, b.Fetch) && slices.Equal(a.EventSource, b.EventSource) &&
		slices.Equal(a.WebSocket, b.WebSocket) && slices.Equal(a.HTTP2, b.HTTP2) && slices.Equal(a.Response, b.Response)
}
