package report

import (
	"pollpush/internal/result"
	"pollpush/pkg/wire"
)

// row is one figure of the table. A row without a value is the heading of those that follow.
type row struct {
	label string
	value func(column) string
}

// rows are the table, from top to bottom.
var rows = []row{
	{"How late a message arrives, ms", nil},
	{"mean", func(c column) string { return latency(c, milliseconds(c.latency.Mean())) }},
	{"p50", func(c column) string { return latency(c, milliseconds(c.latency.Percentile(50))) }},
	{"p99", func(c column) string { return latency(c, milliseconds(c.latency.Percentile(99))) }},
	{"max", func(c column) string { return latency(c, milliseconds(c.latency.Max())) }},

	{"Deliveries", nil},
	{"expected", func(c column) string { return grouped(c.messages.Expected) }},
	{"delivered", func(c column) string { return grouped(c.messages.Delivered) }},
	{"lost", lost},
	{"messages per answer", func(c column) string {
		return ratio(float64(c.steady.Messages), float64(c.answers()), significant)
	}},

	{"Bytes on the sockets per delivery, up + down", nil},
	{"payload", perMessage(func(b wire.Bytes) int64 { return b.Payload })},
	{"framing", perMessage(func(b wire.Bytes) int64 { return b.Framing })},
	{"HTTP headers", perMessage(func(b wire.Bytes) int64 { return b.Header })},
	{"all layers", perMessage(wire.Bytes.Socket)},

	{"In the window, per second", nil},
	{"HTTP requests", func(c column) string { return perSecond(c, c.steady.Requests) }},
	{"polls answered empty", empty},
	{"new TCP connections", func(c column) string { return perSecond(c, c.steady.Connections) }},

	{"To set up, per client", nil},
	{"TCP connections", func(c column) string { return perClient(c, c.setup.Connections) }},
	{"HTTP requests", func(c column) string { return perClient(c, c.setup.Requests) }},
	{"WebSocket upgrades", func(c column) string { return perClient(c, c.setup.Upgrades) }},
	{"bytes, up + down", func(c column) string { return perClient(c, c.setup.Socket()) }},

	{"What the server paid", nil},
	{"CPU ms per 1000 deliveries", func(c column) string {
		return ratio(float64(c.server.CPU().Milliseconds())*1000, float64(c.steady.Messages), significant)
	}},
	{"memory, MB", func(c column) string {
		return ratio(float64(c.server.RSS), 1e6, significant)
	}},
	{"goroutines", func(c column) string { return grouped(c.server.Goroutines) }},

	{"Verdict", verdict},
}

func latency(c column, text string) string {
	if c.latency.Count() == 0 {
		return none
	}
	return text
}

func lost(c column) string {
	if c.messages.Lost == nil {
		return none
	}
	return grouped(*c.messages.Lost)
}

func perMessage(of func(wire.Bytes) int64) func(column) string {
	return func(c column) string {
		return ratio(float64(of(c.steady.Up)+of(c.steady.Down)), float64(c.steady.Messages), significant)
	}
}

func perSecond(c column, n int64) string {
	return ratio(float64(n), c.window.Seconds(), significant)
}

func perClient(c column, n int64) string {
	return ratio(float64(n), float64(c.clients), significant)
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
	if c.state == result.Invalid && text != none && r.label != "Verdict" {
		return text + " ?"
	}
	return text
}
