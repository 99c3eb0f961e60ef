package gallery

import (
	"pollpush/internal/chart"
)

// bar is a line's bar of one length.
func (l line) bar(v float64, unit string) chart.Bar {
	return chart.Bar{
		Name: l.name(), Mark: l.mark(), Ink: l.ink(), Value: figure(v, unit),
		Parts: []chart.Part{{Fill: chart.Fill{Name: figure(v, unit), Ink: l.ink(), Hatch: hatches[l.source%len(hatches)]}, Length: v}},
	}
}

// hatches tell results apart.
var hatches = []chart.Hatch{chart.Plain, chart.Rising, chart.Fallen, chart.Upright}

// quantity is something that each line has one of: a figure, and what it is called in a chart.
type quantity struct {
	name   string
	metric string
}

// grouped makes a group of bars of each quantity, and a table with a column for each.
func grouped(lines []line, unit string, quantities []quantity) ([]chart.Group, Table) {
	table := Table{Head: []string{"Transport"}}
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = []string{l.name()}
	}
	var groups []chart.Group
	for _, q := range quantities {
		table.Head = append(table.Head, q.name)
		g := chart.Group{Name: q.name}
		if len(quantities) == 1 {
			g.Name = ""
		}
		for i, l := range lines {
			v := l.value(q.metric)
			g.Bars = append(g.Bars, l.bar(v, unit))
			rows[i] = append(rows[i], figure(v, unit))
		}
		groups = append(groups, g)
	}
	table.Rows = rows
	return groups, table
}

func overTLS(lines []line) bool {
	for _, l := range lines {
		if l.sum.Wire.Total.TLSFull+l.sum.Wire.Total.TLSResumed > 0 {
			return true
		}
	}
	return false
}

func requests(lines []line) (Figure, bool) {
	quantities := []quantity{
		{"HTTP requests", "wire.requests_per_second"},
		{"new TCP connections", "wire.connections_per_second"},
		{"new WebSocket upgrades", "wire.upgrades_per_second"},
	}
	if overTLS(lines) {
		quantities = append(quantities,
			quantity{"full TLS handshakes", "wire.tls_full_per_second"}, quantity{"resumed TLS handshakes", "wire.tls_resumed_per_second"})
	}
	groups, table := grouped(lines, "/s", quantities)
	return Figure{Table: table, Chart: chart.Bars{
		Words: chart.About{
			Title:       "Requests and handshakes while messages flow",
			Description: "How many HTTP requests, TCP connections and handshakes all clients together made in each second of the window, over each transport.",
			Notes:       notes(lines),
		},
		Axis: "per second, of all clients together", Groups: groups,
	}}, len(lines) > 0
}

func setup(lines []line) (Figure, bool) {
	quantities := []quantity{
		{"TCP connections", "setup.connections_per_client"},
		{"HTTP requests", "setup.requests_per_client"},
		{"WebSocket upgrades", "setup.upgrades_per_client"},
	}
	if overTLS(lines) {
		quantities = append(quantities, quantity{"TLS handshakes", "setup.tls_per_client"})
	}
	groups, table := grouped(lines, "", quantities)
	return Figure{Table: table, Chart: chart.Bars{
		Words: chart.About{
			Title:       "Requests and handshakes to set up a client",
			Description: "How many TCP connections, HTTP requests and handshakes a client made until it was subscribed, over each transport. It pays them once.",
			Notes:       notes(lines),
		},
		Axis: "per client, once", Groups: groups,
	}}, len(lines) > 0
}

func serverCPU(lines []line) (Figure, bool) {
	groups, table := grouped(lines, "ms", []quantity{{"CPU per 1,000 deliveries", "server.cpu_per_1000"}})
	return Figure{Table: table, Chart: chart.Bars{
		Words: chart.About{
			Title:       "What the server paid: processor time",
			Description: "Milliseconds of processor time that the target took for each 1,000 deliveries, over each transport.",
			Notes:       notes(lines),
		},
		Axis: "CPU, ms per 1,000 deliveries", Groups: groups,
	}}, len(lines) > 0
}

func serverMemory(lines []line) (Figure, bool) {
	groups, table := grouped(lines, "MB", []quantity{{"memory", "server.memory"}})
	return Figure{Table: table, Chart: chart.Bars{
		Words: chart.About{
			Title:       "What the server paid: memory",
			Description: "Megabytes of memory that the target's process held at the end of the window, the trial with the most, over each transport.",
			Notes:       notes(lines),
		},
		Axis: "resident memory, MB", Groups: groups,
	}}, len(lines) > 0
}
