package report

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// ErrNoLayers says that there is nothing to tell of layers.
var ErrNoLayers = errors.New("no trial of these results is complete and valid: run them again")

// WriteLayers shows the bytes of each delivery by layer, both directions added, a row for each
// transport of each result. Only trials have a say that are complete and not invalid.
func WriteLayers(w io.Writer, o Options, sources []Source) error {
	in := catalogue[o.language()]
	head := []string{in.layers.headers, in.layers.over, in.layers.transport, in.layers.polls}
	for _, name := range layerFigures {
		head = append(head, in.labels[name])
	}
	head[len(head)-1] = in.layers.ip
	g := Grid{Labels: 4, Rows: [][]string{head}}
	for _, source := range sources {
		cs, err := columns(source.Result)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if c.complete && c.state != result.Invalid && c.steady.Messages > 0 {
				g.Rows = append(g.Rows, in.layerRow(source.Result.Scenario, c))
			}
		}
	}
	if len(g.Rows) == 1 {
		return ErrNoLayers
	}
	return WriteGrid(w, o.Format, g)
}

// layerFigures are the figures of the table of layers.
var layerFigures = []string{
	"wire.payload_bytes_per_message", "wire.framing_bytes_per_message", "wire.header_bytes_per_message",
	"wire.tls_bytes_per_message", "wire.handshake_bytes_per_message", "wire.bytes_per_message",
	"wire.segments_per_message", "wire.ip_bytes_per_message",
}

// layerRow is the row of one transport.
func (w *words) layerRow(s scenario.Scenario, c column) []string {
	row := []string{w.profile(s), w.over(s, c.transport), w.title[c.transport], w.asked(s, c)}
	for _, name := range layerFigures {
		row = append(row, shown(c, name, Significant))
	}
	return row
}

// profile names what requests carried.
func (w *words) profile(s scenario.Scenario) string {
	if s.Headers == "" {
		return none // a result from before there were any
	}
	if s.CookieBytes > 0 {
		return fmt.Sprintf(w.layers.cookie, s.Headers, s.CookieBytes)
	}
	return s.Headers
}

// over says what a transport went over.
func (w *words) over(s scenario.Scenario, t scenario.Transport) string {
	parts := []string{"HTTP/1.1"}
	if s.OverHTTP2(t) {
		parts[0] = "HTTP/2"
	}
	if t == scenario.Mixed {
		parts[0] = w.layers.asGroups
	}
	if s.TLS {
		parts = append(parts, "TLS")
	}
	if t.Polls() && !s.KeepAlive {
		parts = append(parts, w.layers.noKeepAlive)
	}
	if s.Resume {
		parts = append(parts, w.layers.resumed)
	}
	if s.Compresses(t) {
		parts = append(parts, fmt.Sprintf(w.layers.deflate, s.Deflate))
	}
	return strings.Join(parts, w.clause)
}

// asked says how a poll found its messages: what it costs depends on it.
func (w *words) asked(s scenario.Scenario, c column) string {
	if c.transport != scenario.ShortPoll {
		return ""
	}
	return fmt.Sprintf(w.layers.every, s.PollInterval, shown(c, "messages.empty_share", percent))
}
