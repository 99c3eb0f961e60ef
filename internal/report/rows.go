package report

import (
	"slices"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// row is a heading of the table, or one of its figures.
type row struct {
	name  string               // of the figure as metric has it; its label's name in a heading
	show  func(float64) string // nil in a heading
	extra bool                 // it is shown only when it is asked for
	// when says for which scenarios there is anything to tell; nil means for all.
	when func(scenario.Scenario) bool
	// among says in which company of columns there is; nil means in any.
	among func([]column) bool
}

// verdictRow is the name of the last row. It is always there, and no figure.
const verdictRow = "verdict"

// heads reports whether it is a heading.
func (r row) heads() bool { return r.show == nil && r.name != verdictRow }

func predicted(cs []column) bool {
	return slices.ContainsFunc(cs, func(c column) bool { return c.sum.Predicted != nil })
}

func overTLS(s scenario.Scenario) bool { return s.TLS }

func whole(v float64) string { return Grouped(int64(v)) }

// rows are the table, from top to bottom. Every figure that has a name has a row.
var rows = []row{
	{name: "heading.latency"},
	{name: "latency.mean", show: Significant},
	{name: "latency.p50", show: Significant},
	{name: "latency.p90", show: Significant, extra: true},
	{name: "latency.p99", show: Significant},
	{name: "latency.p999", show: Significant, extra: true},
	{name: "latency.max", show: Significant},

	{name: "heading.predicted"},
	{name: "predicted.mean", show: Significant, among: predicted},
	{name: "predicted.p99", show: Significant, among: predicted},
	{name: "predicted.excess", show: Significant, among: predicted},
	{name: "predicted.requests_per_second", show: Significant, among: predicted},

	{name: "heading.messages"},
	{name: "messages.expected", show: whole},
	{name: "messages.delivered", show: whole},
	{name: "messages.lost", show: whole},
	{name: "messages.duplicated", show: whole, extra: true},
	{name: "messages.empty_share", show: percent},
	{name: "messages.per_answer", show: Significant},

	{name: "heading.bytes"},
	{name: "wire.payload_bytes_per_message", show: Significant},
	{name: "wire.framing_bytes_per_message", show: Significant},
	{name: "wire.header_bytes_per_message", show: Significant},
	{name: "wire.tls_bytes_per_message", show: Significant, when: overTLS},
	{name: "wire.handshake_bytes_per_message", show: Significant, when: overTLS},
	{name: "wire.bytes_per_message", show: Significant},

	{name: "heading.packets"},
	{name: "wire.segments_per_message", show: Significant},
	{name: "wire.ip_bytes_per_message", show: Significant},

	{name: "heading.window"},
	{name: "wire.requests_per_second", show: Significant},
	{name: "wire.connections_per_second", show: Significant},
	{name: "wire.upgrades_per_second", show: Significant},
	{name: "wire.tls_full_per_second", show: Significant, when: overTLS},
	{name: "wire.tls_resumed_per_second", show: Significant, when: overTLS},

	{name: "heading.setup"},
	{name: "setup.connections_per_client", show: Significant},
	{name: "setup.tls_per_client", show: Significant, when: overTLS},
	{name: "setup.requests_per_client", show: Significant},
	{name: "setup.upgrades_per_client", show: Significant},
	{name: "setup.bytes_per_client", show: Significant},

	{name: "heading.server"},
	{name: "server.cpu_per_1000", show: Significant},
	{name: "server.memory", show: Significant},
	{name: "server.goroutines", show: whole},

	{name: "heading.lag"},
	{name: "publish_lag.p99", show: Significant, extra: true},
	{name: "poll_lag.p99", show: Significant, extra: true},
	{name: "generator_lag.p99", show: Significant, extra: true},

	{name: verdictRow},
}

// chosen returns the rows of a scenario's columns: those of the figures that were asked for, or of the
// table where none was, with their headings. The verdict is always among them.
func chosen(kinds []*metric.Kind, s scenario.Scenario, cs []column) []row {
	var kept []row
	var heading *row
	for i, r := range rows {
		switch {
		case r.name == verdictRow:
			kept = append(kept, r)
		case r.heads():
			heading = &rows[i]
		case r.wanted(kinds, s, cs):
			if heading != nil {
				kept = append(kept, *heading)
				heading = nil
			}
			kept = append(kept, r)
		}
	}
	return kept
}

// wanted reports whether a figure belongs into the table.
func (r row) wanted(kinds []*metric.Kind, s scenario.Scenario, cs []column) bool {
	if kinds != nil {
		return slices.ContainsFunc(kinds, func(k *metric.Kind) bool { return k.Name == r.name })
	}
	return !r.extra && (r.when == nil || r.when(s)) && (r.among == nil || r.among(cs))
}

// cell returns a figure's text for a column. Figures of an invalid trial are marked: they are not to be read
// as if they were ones.
func (r row) cell(c column) string {
	text := shown(c, r.name, r.show)
	if c.state == result.Invalid && text != none {
		return text + " ?"
	}
	return text
}

// shown returns a figure as text.
func shown(c column, name string, show func(float64) string) string {
	v, known := metric.Figure(name, c.sum)
	if !known {
		return none
	}
	return show(v)
}

// verdict says what a column's figures are worth.
func (w *words) verdict(c column) string {
	if !c.complete {
		return w.cut
	}
	return w.stateOf(c.state)
}
