package report

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"pollpush/internal/build"
	"pollpush/internal/host"
	"pollpush/internal/link"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Format is how a result is shown.
type Format string

// The formats.
const (
	Table    Format = "table"
	Markdown Format = "markdown"
	JSON     Format = "json"
	GoBench  Format = "gobench" // the Go benchmark format, of results alone
)

// Formats returns the formats that everything can be shown in.
func Formats() []Format { return []Format{Table, Markdown, JSON} }

// ResultFormats returns those that a result can be shown in.
func ResultFormats() []Format { return append(Formats(), GoBench) }

// Write shows the result.
func Write(w io.Writer, f Format, r result.Result) error {
	switch f {
	case JSON:
		return r.Write(w)
	case Markdown:
		return write(w, markdownStyle(), r)
	case Table:
		return write(w, terminalStyle(), r)
	case GoBench:
		return writeGoBench(w, r)
	}
	return fmt.Errorf("format %q is unknown", f)
}

// write shows the table, what it says, what is wrong with it, and what it was measured with.
func write(w io.Writer, s style, r result.Result) error {
	cs, err := columns(r)
	if err != nil {
		return err
	}
	var b strings.Builder
	if r.Variant != "" {
		fmt.Fprintf(&b, "%s\n\n", s.heading("Variant "+s.escape(r.Variant)))
	}
	if !r.Complete() {
		fmt.Fprintf(&b, "INCOMPLETE: %d of %d trials went through.\n\n", complete(r), r.Scenario.Trials*len(r.Scenario.Transports))
	}
	if len(cs) == 0 {
		fmt.Fprintln(&b, "Nothing was measured.")
	} else if err := writeGrid(&b, s, sideBySide(s, r.Scenario, cs)); err != nil {
		return err
	}
	if err := addGroups(&b, s, r); err != nil {
		return err
	}
	for i, sentences := range [][]string{summary(cs), reasons(r), conditions(r)} {
		paragraph(&b, s, s.bullets[i], sentences)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// addGroups adds the table of the groups, if there are any.
func addGroups(b *strings.Builder, s style, r result.Result) error {
	if len(r.Scenario.Groups) == 0 {
		return nil
	}
	g, err := groupsTable(r)
	if err != nil || len(g.Rows) == 1 {
		return err
	}
	b.WriteByte('\n')
	return writeGrid(b, s, g)
}

// complete counts the trials that went through.
func complete(r result.Result) int {
	n := 0
	for _, t := range r.Trials {
		if t.Complete {
			n++
		}
	}
	return n
}

func paragraph(b *strings.Builder, s style, bullet string, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	b.WriteByte('\n')
	for _, sentence := range sentences {
		fmt.Fprintf(b, "%s%s\n", bullet, s.escape(sentence))
	}
}

// reasons says why trials are not valid.
func reasons(r result.Result) []string {
	var texts []string
	invalid := false
	for _, t := range r.Trials {
		for _, reason := range t.Verdict.Reasons {
			texts = append(texts, fmt.Sprintf("%s, trial %d, %s: %s.", title[t.Transport], t.Trial, t.Verdict.State, reason))
		}
		invalid = invalid || t.Verdict.State == result.Invalid
	}
	if invalid {
		texts = append(texts, "Figures marked ? are of an invalid trial and must not be used.")
	}
	return texts
}

// conditions says what was measured, and on what.
func conditions(r result.Result) []string {
	s := r.Scenario
	workload := fmt.Sprintf("Measured: %s on %s; %v/s messages of %d bytes on each (%s); polls every %s (%s), held %s, %s; %s of %s after %s; seed %d.",
		crowd(s), plural(int64(s.Topics), "topic"), s.Rate, s.PayloadBytes, arrivals(s),
		s.PollInterval, s.PollPacing, s.Hold, protocols(s), plural(int64(s.Trials), "window"), s.Duration, s.Warmup, s.Seed)
	target := r.Target
	if target == embedded {
		target = "a process of its own, fresh for each trial"
	}
	machine := fmt.Sprintf("On: %s; target: %s.", Machine(r.Tool, r.Host), target)
	texts := slices.Concat([]string{workload}, groups(r), late(r), []string{machine})
	clocks := clocksError(r)
	if clocks > 0 {
		texts = append(texts, fmt.Sprintf("Latencies are right to within ±%s ms: the clocks of target and generator were compared over the network.", milliseconds(clocks)))
	}
	switch {
	case onLoopback(r.Target) && emulates(s):
		texts = append(texts, "The link is emulated by the generator: no packet is lost, nothing is congested, and the server's kernel knows of no distance.")
	case onLoopback(r.Target) && clocks == 0: // what has another clock is at the other end of a tunnel
		texts = append(texts, "Over loopback: no distance, no loss, and part of the receiver's work is done in the sender's system call.")
	}
	return texts
}

// arrivals says how messages followed each other.
func arrivals(s scenario.Scenario) string {
	if s.Arrivals == scenario.Burst {
		return fmt.Sprintf("in bursts of %d", s.Burst)
	}
	return string(s.Arrivals)
}

// clocksError is the most that latencies may be off because they are between two clocks, 0 where there
// is one.
func clocksError(r result.Result) time.Duration {
	var most time.Duration
	for _, t := range r.Trials {
		if t.Clock != nil {
			most = max(most, t.Clock.Error)
		}
	}
	return most
}

// Machine says what something was measured on, and by which version of the tool.
func Machine(tool build.Info, h host.Info) string {
	version := tool.Version
	if tool.Commit != build.Unknown {
		version += " (" + short(tool.Commit) + ")"
	}
	return fmt.Sprintf("%s, %d × %s, %s; pollpush %s", orUnknown(h.Kernel), h.CPUs, orUnknown(h.CPUModel), tool.Go, version)
}

// protocols says what the transports went over, and what requests carried.
func protocols(s scenario.Scenario) string {
	parts := []string{"keep-alive"}
	if !s.KeepAlive {
		parts[0] = "no keep-alive"
	}
	if s.TLS {
		parts = append(parts, "TLS 1.3")
	}
	if s.Resume {
		parts[len(parts)-1] += " with resumption"
	}
	if s.HTTP == scenario.HTTP2 {
		parts = append(parts, "HTTP/2")
		if s.Uses(scenario.WebSocket) {
			parts[len(parts)-1] += " (WebSocket over HTTP/1.1, where it begins)"
		}
	}
	switch s.Deflate {
	case scenario.DeflateNoTakeover:
		parts = append(parts, "WebSocket messages compressed, each by itself")
	case scenario.DeflateTakeover:
		parts = append(parts, "WebSocket messages compressed with context takeover")
	case scenario.DeflateOff:
	}
	if !s.Link.IsZero() {
		parts = append(parts, path(s.Link))
	}
	if s.Headers != "" {
		parts = append(parts, "header profile "+s.Headers)
	}
	if s.CookieBytes > 0 {
		parts = append(parts, "a cookie of "+plural(int64(s.CookieBytes), "byte"))
	}
	return strings.Join(parts, ", ")
}

// emulates reports whether a link was emulated for anybody.
func emulates(s scenario.Scenario) bool {
	return !s.Link.IsZero() || slices.ContainsFunc(s.Groups, func(g scenario.Group) bool { return !g.Link.IsZero() })
}

// path says what link was emulated.
func path(l link.Profile) string {
	text := fmt.Sprintf("an emulated link of %s and back", l.RTT)
	if l.Name != "" {
		text = "an emulated link (" + l.Name + ") of " + l.RTT.String() + " and back"
	}
	if l.Jitter > 0 {
		text += fmt.Sprintf(", up to %s more each way", l.Jitter)
	}
	if l.Down > 0 || l.Up > 0 {
		text += fmt.Sprintf(", %s down and %s up", orUnlimited(l.Down), orUnlimited(l.Up))
	}
	return text
}

func orUnlimited(r link.Rate) string {
	if r == 0 {
		return "no limit"
	}
	return r.String()
}

// embedded is what a result calls a target that bench started itself.
const embedded = "embedded"

// short shortens a commit, and keeps what is said about it.
func short(commit string) string {
	hash, modified, _ := strings.Cut(commit, "+")
	if hash = hash[:min(len(hash), 12)]; modified != "" {
		return hash + "+" + modified
	}
	return hash
}

// onLoopback reports whether a target was on the loopback: bench's own always is.
func onLoopback(target string) bool {
	u, err := url.Parse(target)
	return target == embedded || err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
