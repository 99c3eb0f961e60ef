package forecast

import (
	"fmt"
	"time"

	"pollpush/internal/report"
)

// rows are the table, from top to bottom.
func (f *Forecast) rows() []row {
	rows := []row{
		{label: "How late a message arrives, ms"},
		{"mean", func(c Column) string { return milliseconds(c.Mean) }},
		{"p50", func(c Column) string { return milliseconds(c.P50) }},
		{"p99", func(c Column) string { return milliseconds(c.P99) }},
		{"max", func(c Column) string { return milliseconds(c.Max) }},

		{label: "Per second, all clients"},
		{"HTTP requests", func(c Column) string { return number(c.Requests) }},
		{"new TCP connections", func(c Column) string { return number(c.Connections) }},
		{"polls answered empty", ofPolls(func(p Polls) string { return report.Percent(p.Empty) })},
		{"messages per answer", ofPolls(func(p Polls) string { return number(p.Batch) })},
	}
	var most float64
	for _, c := range f.Transports {
		most = max(most, c.Up.IP, c.Down.IP)
	}
	bits := unitFor(most)
	rows = append(rows, f.bandwidthRows("up", bits, func(c Column) Bandwidth { return c.Up })...)
	rows = append(rows, f.bandwidthRows("down", bits, func(c Column) Bandwidth { return c.Down })...)
	rows = append(rows, f.egressRow())
	if f.From != "" {
		rows = append(rows, f.serverRows()...)
	}
	return rows
}

func ofPolls(value func(Polls) string) func(Column) string {
	return func(c Column) string {
		if c.Polls == nil {
			return none
		}
		return value(*c.Polls)
	}
}

// bandwidthRows are those of one direction, all in one unit so that columns can be compared.
func (f *Forecast) bandwidthRows(direction string, u unit, of func(Column) Bandwidth) []row {
	layer := func(label string, of2 func(Bandwidth) float64) row {
		return row{label, func(c Column) string { return u.format(of2(of(c))) }}
	}
	rows := []row{
		{label: fmt.Sprintf("Bandwidth %s, all clients, %sbit/s", direction, u.prefix)},
		layer("payload", func(b Bandwidth) float64 { return b.Payload }),
		layer("framing", func(b Bandwidth) float64 { return b.Framing }),
		layer("HTTP headers", func(b Bandwidth) float64 { return b.Header }),
		layer("handshakes", func(b Bandwidth) float64 { return b.Handshake }),
	}
	if f.Scenario.TLS {
		rows = append(rows, layer("TLS records", func(b Bandwidth) float64 { return b.TLS }))
	}
	return append(rows,
		layer("all layers", func(b Bandwidth) float64 { return b.Socket }),
		layer("with TCP and IP headers", func(b Bandwidth) float64 { return b.IP }))
}

func (f *Forecast) egressRow() row {
	var most float64
	for _, c := range f.Transports {
		most = max(most, c.Egress)
	}
	u := unitFor(most)
	return row{fmt.Sprintf("egress in 30 days, %sB", u.prefix), func(c Column) string { return u.format(c.Egress) }}
}

// serverRows are what is extrapolated.
func (f *Forecast) serverRows() []row {
	known := func(label string, value func(Server) string) row {
		return row{label, func(c Column) string {
			if c.Server == nil {
				return none
			}
			text := value(*c.Server)
			if text == none {
				return none
			}
			return "~" + text
		}}
	}
	wait := func(d time.Duration) string {
		if d == 0 {
			return none
		}
		return milliseconds(d)
	}
	return []row{
		{label: fmt.Sprintf("What the server would pay (%s)", report.Plural(int64(f.Cores), "core"))},
		known("CPU, cores busy", func(s Server) string { return number(three(s.Cores)) }),
		known("memory, GB", func(s Server) string {
			if s.Memory == 0 {
				return none
			}
			return number(three(s.Memory / 1e9))
		}),
		known("clients at most", func(s Server) string { return number(three(s.Capacity)) }),
		known("until the mean subscriber is written to, ms", func(s Server) string { return wait(s.WriteMean) }),
		known("until the last one is, ms", func(s Server) string { return wait(s.WriteLast) }),
	}
}
