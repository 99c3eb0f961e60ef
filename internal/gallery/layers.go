package gallery

import "pollpush/internal/chart"

// stack are the layers from the message outwards. All of them make up what a socket carried.
var stack = []struct {
	fill chart.Fill
	name string // of the figure
}{
	{chart.Fill{Name: "payload", Ink: chart.Slate}, "wire.payload_bytes_per_message"},
	{chart.Fill{Name: "framing", Ink: chart.Mist, Hatch: chart.Rising}, "wire.framing_bytes_per_message"},
	{chart.Fill{Name: "HTTP headers", Ink: chart.Ochre}, "wire.header_bytes_per_message"},
	{chart.Fill{Name: "TLS records", Ink: chart.Brown, Hatch: chart.Fallen}, "wire.tls_bytes_per_message"},
	{chart.Fill{Name: "handshakes", Ink: chart.Rose, Hatch: chart.Upright}, "wire.handshake_bytes_per_message"},
}

// allLayers is the figure that they add up to.
const allLayers = "wire.bytes_per_message"

func layers(lines []line) (Figure, bool) {
	used := make([]bool, len(stack))
	group := chart.Group{}
	var shown []line
	for _, l := range lines {
		if l.sum.Wire.Steady.Messages == 0 {
			continue
		}
		shown = append(shown, l)
		bar := chart.Bar{Name: l.name(), Mark: l.mark(), Ink: l.ink(), Value: figure(l.value(allLayers), "B")}
		for i, layer := range stack {
			v := l.value(layer.name)
			used[i] = used[i] || v > 0
			fill := layer.fill
			fill.Name += " " + figure(v, "B")
			bar.Parts = append(bar.Parts, chart.Part{Fill: fill, Length: v})
		}
		group.Bars = append(group.Bars, bar)
	}
	table := Table{Head: []string{"Bytes per delivery"}}
	for _, l := range shown {
		table.Rows = append(table.Rows, []string{l.name()})
	}
	b := chart.Bars{
		Words: chart.About{
			Title:       "Bytes per delivered message, by layer",
			Description: "Bytes that crossed the sockets for each delivered message, both directions added, stacked from the payload outwards, over each transport.",
			Notes:       append(left(lines, shown, "nothing arrived"), notes(shown)...),
		},
		Axis: "bytes per delivery, up and down", Groups: []chart.Group{group},
	}
	for i, layer := range stack {
		if !used[i] {
			continue
		}
		b.Keys = append(b.Keys, layer.fill)
		table.add(layer.fill.Name, shown, func(l line) string { return figure(l.value(layer.name), "B") })
	}
	table.add("all layers", shown, func(l line) string { return figure(l.value(allLayers), "B") })
	return Figure{Chart: b, Table: table}, len(shown) > 0
}

// add adds a column.
func (t *Table) add(head string, lines []line, text func(line) string) {
	t.Head = append(t.Head, head)
	for i, l := range lines {
		t.Rows[i] = append(t.Rows[i], text(l))
	}
}
