package quantumleap

import (
	"fmt"
	"io"
	"strings"

	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/visible"
)

// Write shows the Leap.
func (l *Leap) Write(w io.Writer, f report.Format) error {
	if f == report.JSON {
		return visible.WriteJSON(w, l)
	}
	p := &page{format: f}
	if !l.Complete {
		p.text.WriteString("INCOMPLETE: the run was cut short.\n")
	}
	l.replayed(p)
	l.computedAnew(p)
	for _, c := range l.Measured {
		c.show(p)
	}
	l.Computed.show(p)
	l.reasons(p)
	p.title("What this says")
	p.list(l.sentences()...)
	p.title("How it was measured")
	p.list(l.conditions()...)
	if p.err != nil {
		return p.err
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// replayed shows the paper's exchange.
func (l *Leap) replayed(p *page) {
	p.title("The paper's exchange, replayed on a socket")
	both := l.Replay.Together()
	row := func(label string, of func(Head) int64) []string {
		return []string{label, count(of(l.Replay.Request)), count(of(l.Replay.Answer)), count(of(both))}
	}
	p.grid(1, [][]string{
		{"Header bytes", "Request", "Answer", "Together"},
		row("on the wire, by the client's ledger", func(h Head) int64 { return h.Bytes }),
		row("without line ends, as the paper counts", func(h Head) int64 { return h.Characters }),
	})
	p.under(fmt.Sprintf("The answer's body has %s bytes more, which the paper leaves out.", count(l.Replay.BodyBytes)))
}

// computedAnew shows the paper's table.
func (l *Leap) computedAnew(p *page) {
	p.title("The paper's table, computed from it")
	header := []string{"One message a second to each of"}
	for _, c := range paperClients {
		header = append(header, count(int64(c))+" clients")
	}
	rows := [][]string{header}
	for _, line := range l.Paper {
		rows = append(rows, line.rows(p)...)
	}
	p.grid(1, rows)
	p.under(l.agreement())
}

func (l Line) rows(p *page) [][]string {
	rows := [][]string{p.heading(fmt.Sprintf("%s: %d bytes a message", capital(l.What), l.Bytes), 1+len(l.Cells))}
	row := func(label string, of func(Cell) string) {
		cells := []string{p.label(label)}
		for _, c := range l.Cells {
			cells = append(cells, of(c))
		}
		rows = append(rows, cells)
	}
	row("bit/s", func(c Cell) string { return count(c.BitsPerSecond) })
	row("Mbps", func(c Cell) string { return c.Mbps })
	if l.Cells[0].Paper != "" {
		row("the paper prints", func(c Cell) string {
			if !c.Agrees() {
				return c.Paper + " (differs)"
			}
			return c.Paper
		})
	}
	return rows
}

// show shows what was measured with a crowd.
func (c Crowd) show(p *page) {
	p.title("Measured here: " + clients(c.Clients))
	if c.Problem != "" {
		p.list(fmt.Sprintf("Not measured: %s.", c.Problem))
	}
	if len(c.Turns) == 0 {
		return
	}
	header := []string{""}
	for _, t := range c.Turns {
		header = append(header, t.Variant.Name)
	}
	rows := [][]string{header}
	for _, group := range groups {
		rows = append(rows, p.heading(group.title, len(header)))
		for _, way := range ways {
			rows = append(rows, c.row(p.label(way.label), func(t Turn) string { return t.figure(way.of, group.text) }))
		}
	}
	rows = append(rows, c.row(p.heading("These figures are", 1)[0], func(t Turn) string {
		if t.State() == "" {
			return "not there"
		}
		return string(t.State())
	}))
	p.grid(1, rows)
}

func (c Crowd) row(label string, of func(Turn) string) []string {
	cells := []string{label}
	for _, t := range c.Turns {
		cells = append(cells, of(t))
	}
	return cells
}

// groups are what is shown of each way to count.
var groups = []struct {
	title string
	text  func(Cost) string
}{
	{"Bytes for each message, up + down", func(c Cost) string { return report.Significant(c.BytesPerMessage) }},
	{"Bit/s in the window", func(c Cost) string { return rate(c.BitsPerSecond) }},
	{"How many times what WebSocket took", func(c Cost) string {
		if c.TimesWebSocket == nil {
			return none
		}
		return report.Significant(*c.TimesWebSocket)
	}},
}

// ways are the ways to count.
var ways = []struct {
	label string
	of    func(Figures) *Cost
}{
	{"headers (WebSocket: framing)", func(f Figures) *Cost { return &f.Headers }},
	{"all bytes on the sockets", func(f Figures) *Cost { return &f.Sockets }},
	{"in TCP/IP packets", func(f Figures) *Cost { return f.Packets }},
}

// figure returns the text of a figure. Those of an invalid trial are marked: they are not to be read as
// if they were ones.
func (t Turn) figure(of func(Figures) *Cost, text func(Cost) string) string {
	if t.Figures == nil {
		return none
	}
	cost := of(*t.Figures)
	if cost == nil {
		return "n/a"
	}
	s := text(*cost)
	if t.State() == result.Invalid && s != none {
		return s + " ?"
	}
	return s
}

// show shows what was computed, if anything was.
func (c *Computed) show(p *page) {
	if c == nil {
		return
	}
	p.title(fmt.Sprintf("Computed, not measured: %s, at %s times the rates of %s",
		clients(c.Clients), strings.TrimSuffix(report.Significant(float64(c.Clients)/float64(c.From)), ".0"), clients(c.From)))
	header := []string{"Bit/s"}
	rows := [][]string{{ways[0].label}, {ways[1].label}, {ways[2].label}}
	for _, r := range c.Rates {
		header = append(header, r.Variant.Name)
		packets := "n/a"
		if r.Packets != nil {
			packets = rate(*r.Packets)
		}
		for i, text := range []string{rate(r.Headers), rate(r.Sockets), packets} {
			rows[i] = append(rows[i], text)
		}
	}
	p.grid(1, append([][]string{header}, rows...))
}

// reasons shows why figures are not valid, if some are not.
func (l *Leap) reasons(p *page) {
	rows := [][]string{{"Clients", "Variant", "Figures", "Why"}}
	add := func(c Crowd, t Turn, state, why string) {
		rows = append(rows, []string{count(int64(c.Clients)), t.Variant.Name, state, why})
	}
	for _, c := range l.Measured {
		for _, t := range c.Turns {
			if t.Problem != "" {
				add(c, t, "failed", t.Problem)
			}
			if trial := t.trial(); trial != nil {
				for _, reason := range trial.Verdict.Reasons {
					add(c, t, string(t.State()), reason)
				}
			}
		}
	}
	if len(rows) > 1 {
		p.title("Why figures are not valid")
		p.grid(len(rows[0]), rows)
	}
	if l.Worst() == result.Invalid {
		p.under("Figures marked ? are of an invalid trial and must not be used.")
	}
}
