package report

import (
	"slices"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// row is one figure of the table.
type row struct {
	label string
	value func(column) string // nil in a heading
	alone bool                // it belongs to no heading
	// when says for which scenarios there is anything to tell; nil means for all.
	when func(scenario.Scenario) bool
	// among says in which company of columns there is; nil means in any.
	among func([]column) bool
}

// shown reports whether the row belongs into the table of a scenario's columns.
func (r row) shown(s scenario.Scenario, cs []column) bool {
	return (r.when == nil || r.when(s)) && (r.among == nil || r.among(cs))
}

func predicted(cs []column) bool {
	return slices.ContainsFunc(cs, func(c column) bool { return c.predicted != nil })
}

func overTLS(s scenario.Scenario) bool { return s.TLS }

// rows are the table, from top to bottom.
var rows = []row{
	{label: "How late a message arrives, ms"},
	{label: "mean", value: func(c column) string { return latency(c, milliseconds(c.latency.Mean())) }},
	{label: "p50", value: func(c column) string { return latency(c, milliseconds(c.latency.Percentile(50))) }},
	{label: "p99", value: func(c column) string { return latency(c, milliseconds(c.latency.Percentile(99))) }},
	{label: "max", value: func(c column) string { return latency(c, milliseconds(c.latency.Max())) }},

	{label: "What the model predicts, if processors took no time", among: predicted},
	{label: "mean, ms", among: predicted, value: expect(func(c column) string { return milliseconds(c.predicted.Mean) })},
	{label: "p99, ms", among: predicted, value: expect(func(c column) string { return milliseconds(c.predicted.P99) })},
	{label: "measured mean − predicted, ms", among: predicted, value: expect(func(c column) string {
		return latency(c, milliseconds(c.latency.Mean()-c.predicted.Mean))
	})},
	{label: "HTTP requests per second", among: predicted, value: expect(func(c column) string {
		return Significant(c.predicted.RequestsPerSecond)
	})},

	{label: "Deliveries"},
	{label: "expected", value: func(c column) string { return orNone(c.messages.Expected) }},
	{label: "delivered", value: func(c column) string { return Grouped(c.messages.Delivered) }},
	{label: "lost", value: func(c column) string { return orNone(c.messages.Lost) }},
	{label: "polls answered empty", value: empty},
	{label: "messages per answer", value: func(c column) string {
		return ratio(float64(c.steady.Messages), float64(c.answers()), Significant)
	}},

	{label: "Bytes per delivery, up + down"},
	{label: "payload", value: perMessage(func(b wire.Bytes) int64 { return b.Payload })},
	{label: "framing", value: perMessage(func(b wire.Bytes) int64 { return b.Framing })},
	{label: "HTTP headers", value: perMessage(func(b wire.Bytes) int64 { return b.Header })},
	{label: "TLS records", when: overTLS, value: perMessage(func(b wire.Bytes) int64 { return b.TLS })},
	{label: "handshakes", when: overTLS, value: perMessage(func(b wire.Bytes) int64 { return b.Handshake })},
	{label: "all layers", value: perMessage(wire.Bytes.Socket)},

	{label: "In TCP/IP packets, per delivery"},
	{label: "segments", value: func(c column) string { return packets(c, func(p wire.Packets) int64 { return p.Segments }) }},
	{label: "bytes with TCP and IP headers", value: func(c column) string { return packets(c, func(p wire.Packets) int64 { return p.IPBytes }) }},

	{label: "In the window, per second"},
	{label: "HTTP requests", value: func(c column) string { return perSecond(c, c.steady.Requests) }},
	{label: "new TCP connections", value: func(c column) string { return perSecond(c, c.steady.Connections) }},
	{label: "new WebSocket upgrades", value: func(c column) string { return perSecond(c, c.steady.Upgrades) }},
	{label: "full TLS handshakes", when: overTLS, value: func(c column) string { return perSecond(c, c.steady.TLSFull) }},
	{label: "resumed TLS handshakes", when: overTLS, value: func(c column) string { return perSecond(c, c.steady.TLSResumed) }},

	{label: "To set up, per client"},
	{label: "TCP connections", value: func(c column) string { return perClient(c, c.setup.Connections) }},
	{label: "TLS handshakes", when: overTLS, value: func(c column) string { return perClient(c, c.setup.TLSFull+c.setup.TLSResumed) }},
	{label: "HTTP requests", value: func(c column) string { return perClient(c, c.setup.Requests) }},
	{label: "WebSocket upgrades", value: func(c column) string { return perClient(c, c.setup.Upgrades) }},
	{label: "bytes, up + down", value: func(c column) string { return perClient(c, c.setup.Socket()) }},

	{label: "What the server paid"},
	{label: "CPU ms per 1000 deliveries", value: func(c column) string {
		return known(c.server.CPU(), ratio(1000*float64(c.server.CPU())/float64(time.Millisecond), float64(c.steady.Messages), Significant))
	}},
	{label: "memory, MB", value: func(c column) string { return known(c.server.RSS, Significant(float64(c.server.RSS)/1e6)) }},
	{label: "goroutines", value: func(c column) string { return known(c.server.Goroutines, Grouped(c.server.Goroutines)) }},

	{label: "These figures are", value: verdict, alone: true},
}

// expect returns what a row of the model shows, none where it was not asked.
func expect(value func(column) string) func(column) string {
	return func(c column) string {
		if c.predicted == nil {
			return none
		}
		return value(c)
	}
}

func latency(c column, text string) string {
	if c.latency.Count() == 0 {
		return none
	}
	return text
}

// known returns text, or none when v is 0 because it was never read.
func known[T ~int64](v T, text string) string {
	if v == 0 {
		return none
	}
	return text
}

// orNone returns a count, or none when it is not known.
func orNone(n *int64) string {
	if n == nil {
		return none
	}
	return Grouped(*n)
}

func perMessage(of func(wire.Bytes) int64) func(column) string {
	return func(c column) string {
		return ratio(float64(of(c.steady.Up)+of(c.steady.Down)), float64(c.steady.Messages), Significant)
	}
}

// packets returns what TCP/IP took for each delivery, up and down.
func packets(c column, of func(wire.Packets) int64) string {
	if c.packets == nil {
		return "n/a"
	}
	return ratio(float64(of(c.packets.Up)+of(c.packets.Down)), float64(c.steady.Messages), Significant)
}

func perSecond(c column, n int64) string {
	return ratio(float64(n), c.window.Seconds(), Significant)
}

func perClient(c column, n int64) string {
	return ratio(float64(n), float64(c.clients), Significant)
}

func empty(c column) string {
	if !c.transport.Polls() {
		return none
	}
	return ratio(float64(c.steady.RequestsEmpty), float64(c.steady.Requests), percent)
}

func verdict(c column) string {
	if !c.complete {
		return "incomplete"
	}
	return string(c.state)
}

// cell returns a row's text for a column. Figures of an invalid trial are marked: they are not to
// be read as if they were ones.
func (r row) cell(c column) string {
	text := r.value(c)
	if c.state == result.Invalid && text != none && text != "n/a" && !r.alone {
		return text + " ?"
	}
	return text
}
