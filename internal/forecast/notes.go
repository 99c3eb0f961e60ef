package forecast

import (
	"fmt"
	"slices"
	"time"

	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

// notes says where the figures come from, and where not to believe them. The bytes of some transports are
// measured.
func (f *Forecast) notes(measured []scenario.Transport) []string {
	notes := []string{f.workload(), f.bytes(measured)}
	if f.question.From == nil {
		return append(notes, "Latency is of the link and the transport alone, as if the server took no time. What it takes (CPU, memory, the time until a message is written to all subscribers) is not known without --from RESULT.json.")
	}
	notes = append(notes, f.evidence.doubts...)
	if note := f.extrapolated(); note != "" {
		notes = append(notes, note)
	}
	for _, t := range f.Scenario.Transports {
		if fit := f.evidence.fits[t]; fit.each > 0 && fit.cpu < someCPU {
			notes = append(notes, fmt.Sprintf("The CPU of %s comes of only %s measured: repeat it with more clients or a longer window before relying on it.", report.Name(t), span(fit.cpu)))
		}
	}
	return append(notes, f.overload()...)
}

// someCPU is how much processor time says something.
const someCPU = 100 * time.Millisecond

func (f *Forecast) workload() string {
	s := f.Scenario
	keep := "keep-alive"
	if !s.KeepAlive {
		keep = "no keep-alive"
	}
	if s.TLS {
		keep += ", TLS 1.3"
	}
	return fmt.Sprintf("For: %s on %s; %v/s messages of %d bytes on each (%s); polls every %s (%s), held %s; HTTP/%s, %s; a round trip of %s, sessions of %s.",
		report.Plural(int64(s.Clients), "client"), report.Plural(int64(s.Topics), "topic"), s.Rate, s.PayloadBytes, s.Arrivals,
		s.PollInterval, s.PollPacing, s.Hold, s.HTTP, keep, f.RoundTrip, f.Session)
}

// bytes says where those of heads and handshakes are from.
func (f *Forecast) bytes(measured []scenario.Transport) string {
	s := f.Scenario
	computed := "computed from header profile " + s.Headers
	if s.CookieBytes > 0 {
		computed += fmt.Sprintf(" and a cookie of %d bytes", s.CookieBytes)
	}
	if s.HTTP == scenario.HTTP2 {
		computed += "; over HTTP/2, as HPACK sends them again"
	}
	if len(measured) == 0 {
		return "Heads and handshakes are " + computed + "."
	}
	var names, others []string
	for _, t := range s.Transports {
		if slices.Contains(measured, t) {
			names = append(names, report.Name(t))
		} else {
			others = append(others, report.Name(t))
		}
	}
	note := fmt.Sprintf("Heads and handshakes of %s are as measured in %s", report.Listed(names), f.From)
	if len(others) > 0 {
		note += fmt.Sprintf(", those of %s %s", report.Listed(others), computed)
	}
	return note + "."
}

// extrapolated says what marked figures come from.
func (f *Forecast) extrapolated() string {
	for _, c := range f.Transports {
		if c.Server == nil {
			continue
		}
		note := fmt.Sprintf("~ extrapolated from %s in %s, measured on %s, in proportion to polls and messages (CPU) and to clients (memory, the program's own among it: the fewer clients it had, the more this is too much).",
			report.Plural(int64(c.Server.Clients), "client"), f.From, machine(f.question))
		if was := f.question.From.Result.Scenario.PayloadBytes; was != f.Scenario.PayloadBytes {
			note += fmt.Sprintf(" Its messages had %d bytes: what %d take of a processor may differ.", was, f.Scenario.PayloadBytes)
		}
		if !sameFields(f.question.Headers, f.question.From.Result.Headers) {
			note += " Its requests carried other header fields."
		}
		return note
	}
	return ""
}

func machine(q Question) string {
	h := q.From.Result.Host
	if h.CPUModel == "" {
		return report.Plural(int64(h.CPUs), "processor")
	}
	return fmt.Sprintf("%d × %s", h.CPUs, h.CPUModel)
}

// are says how many cores there are.
func are(cores int) string {
	if cores == 1 {
		return "is 1"
	}
	return "are " + report.Grouped(int64(cores))
}

// overload says which transports the cores cannot carry, and which are late because a message is
// written to one subscriber after the other.
func (f *Forecast) overload() []string {
	var notes []string
	for _, c := range f.Transports {
		if c.Server == nil {
			continue
		}
		if c.Server.Capacity < float64(f.Scenario.Clients) {
			notes = append(notes, fmt.Sprintf("%s would keep ~%s cores busy, and there %s: its latencies and rates cannot come about.",
				report.Title(c.Transport), number(three(c.Server.Cores)), are(f.Cores)))
		} else if c.Server.WriteMean > c.Mean {
			notes = append(notes, fmt.Sprintf("Over %s the mean subscriber waits ~%s for the others' writes, which is on top of the latency above.",
				report.Name(c.Transport), span(c.Server.WriteMean)))
		}
	}
	return notes
}
