package report

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// errNoLayers says that there is nothing to tell of layers.
var errNoLayers = errors.New("no trial of these results is complete and valid: run them again")

// WriteLayers shows the bytes of each delivery by layer, both directions added, a row for each
// transport of each result. Only trials have a say that are complete and not invalid.
func WriteLayers(w io.Writer, f Format, results []result.Result) error {
	g := Grid{Labels: 4, Rows: [][]string{{
		"Headers", "Over", "Transport", "Polls", "payload", "framing", "HTTP headers", "TLS records", "handshakes",
		"all layers", "segments", "IP bytes",
	}}}
	for _, r := range results {
		cs, err := columns(r)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if c.complete && c.state != result.Invalid && c.steady.Messages > 0 {
				g.Rows = append(g.Rows, layers(r.Scenario, c))
			}
		}
	}
	if len(g.Rows) == 1 {
		return errNoLayers
	}
	return WriteGrid(w, f, g)
}

// layers is the row of one transport.
func layers(s scenario.Scenario, c column) []string {
	row := []string{profile(s), over(s, c.transport), title[c.transport], asked(s, c)}
	for _, of := range []func(wire.Bytes) int64{
		func(b wire.Bytes) int64 { return b.Payload },
		func(b wire.Bytes) int64 { return b.Framing },
		func(b wire.Bytes) int64 { return b.Header },
		func(b wire.Bytes) int64 { return b.TLS },
		func(b wire.Bytes) int64 { return b.Handshake },
		wire.Bytes.Socket,
	} {
		row = append(row, perMessage(of)(c))
	}
	return append(row,
		packets(c, func(p wire.Packets) int64 { return p.Segments }),
		packets(c, func(p wire.Packets) int64 { return p.IPBytes }))
}

// profile names what requests carried.
func profile(s scenario.Scenario) string {
	if s.Headers == "" {
		return none // a result from before there were any
	}
	if s.CookieBytes > 0 {
		return fmt.Sprintf("%s + cookie of %d", s.Headers, s.CookieBytes)
	}
	return s.Headers
}

// over says what a transport went over.
func over(s scenario.Scenario, t scenario.Transport) string {
	parts := []string{"HTTP/1.1"}
	if s.OverHTTP2(t) {
		parts[0] = "HTTP/2"
	}
	if t == scenario.Mixed {
		parts[0] = "as the groups"
	}
	if s.TLS {
		parts = append(parts, "TLS")
	}
	if t.Polls() && !s.KeepAlive {
		parts = append(parts, "no keep-alive")
	}
	if s.Resume {
		parts = append(parts, "resumed")
	}
	if s.Compresses(t) {
		parts = append(parts, "deflate "+string(s.Deflate))
	}
	return strings.Join(parts, ", ")
}

// asked says how a poll found its messages: what it costs depends on it.
func asked(s scenario.Scenario, c column) string {
	if c.transport != scenario.ShortPoll {
		return ""
	}
	return fmt.Sprintf("every %s, %s empty", s.PollInterval, empty(c))
}
