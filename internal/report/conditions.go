package report

import (
	"fmt"
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

// conditionsOf says what was measured, and on what.
func (w *words) conditionsOf(r result.Result) []string {
	s := r.Scenario
	say := w.conditions
	workload := fmt.Sprintf(say.measured, w.clientsOf(r), w.topics.of(int64(s.Topics)), s.Rate, s.PayloadBytes, w.arrivals(s),
		s.PollInterval, s.PollPacing, s.Hold, w.protocols(s), w.windows.of(int64(s.Trials)), s.Duration, s.Warmup, s.Seed)
	target := r.Target
	switch {
	case target == embedded && r.Processes != nil && r.Processes.Targets > 1:
		target = fmt.Sprintf(say.ownTargets, r.Processes.Targets)
	case target == embedded:
		target = say.ownTarget
	}
	machine := fmt.Sprintf(say.on, w.machine(r.Tool, r.Host), target)
	texts := slices.Concat([]string{workload}, w.groupsOf(s), w.late(r), []string{machine}, w.dials(r))
	clocks := clocksError(r)
	if clocks > 0 {
		texts = append(texts, fmt.Sprintf(say.clocks, milliseconds(clocks)))
	}
	switch {
	case onLoopback(r.Target) && emulates(s):
		texts = append(texts, say.emulated)
	case onLoopback(r.Target) && clocks == 0: // what has another clock is at the other end of a tunnel
		texts = append(texts, say.loopback)
	}
	return texts
}

// clientsOf says how many there were, and in how many processes.
func (w *words) clientsOf(r result.Result) string {
	text := w.crowd(r.Scenario)
	if p := r.Processes; p != nil {
		text = fmt.Sprintf(w.conditions.spread, text, p.Generators, w.targets.of(int64(p.Targets)))
	}
	return text
}

// dials says from where clients connected, and whether that was hard.
func (w *words) dials(r result.Result) []string {
	var texts []string
	if r.SourceAddresses != "" {
		texts = append(texts, fmt.Sprintf(w.conditions.sources, r.SourceAddresses))
	}
	return append(texts, w.hardships(r.Trials)...)
}

// hardships say how hard it was to connect. What one trial does not know is not known of all.
func (w *words) hardships(trials []result.Trial) []string {
	var retried, overflows int64
	full := w.conditions.full
	for _, t := range trials {
		switch d := t.Dials; {
		case d == nil:
			full = w.conditions.fullAtLeast
		case d.ListenOverflows == nil:
			retried, full = retried+d.Retried, w.conditions.fullAtLeast
		default:
			retried, overflows = retried+d.Retried, overflows+*d.ListenOverflows
		}
	}
	var texts []string
	if retried > 0 {
		texts = append(texts, fmt.Sprintf(w.conditions.dials, w.connections.of(retried)))
	}
	if overflows > 0 || retried > 0 && full == w.conditions.full {
		texts = append(texts, fmt.Sprintf(full, w.times.of(overflows)))
	}
	return texts
}

// arrivals says how messages followed each other.
func (w *words) arrivals(s scenario.Scenario) string {
	if s.Arrivals == scenario.Burst {
		return fmt.Sprintf(w.conditions.bursts, s.Burst)
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

// Machine says in English what something was measured on, and by which version of the tool.
func Machine(tool build.Info, h host.Info) string { return english.machine(tool, h) }

func (w *words) machine(tool build.Info, h host.Info) string {
	version := tool.Version
	if tool.Commit != build.Unknown {
		version += " (" + short(tool.Commit) + ")"
	}
	return fmt.Sprintf(w.conditions.machine, w.orUnknown(h.Kernel), h.CPUs, w.orUnknown(h.CPUModel), tool.Go, version)
}

// protocols says what the transports went over, and what requests carried.
func (w *words) protocols(s scenario.Scenario) string {
	say := w.conditions
	parts := []string{say.keepAlive}
	if !s.KeepAlive {
		parts[0] = say.noKeepAlive
	}
	if s.TLS {
		parts = append(parts, "TLS 1.3")
	}
	if s.Resume {
		parts[len(parts)-1] += say.resumption
	}
	if s.HTTP == scenario.HTTP2 {
		parts = append(parts, "HTTP/2")
		if s.Uses(scenario.WebSocket) {
			parts[len(parts)-1] += say.webSocketAside
		}
	}
	switch s.Deflate {
	case scenario.DeflateNoTakeover:
		parts = append(parts, say.deflateEach)
	case scenario.DeflateTakeover:
		parts = append(parts, say.deflateContext)
	case scenario.DeflateOff:
	}
	if !s.Link.IsZero() {
		parts = append(parts, w.path(s.Link))
	}
	if s.Headers != "" {
		parts = append(parts, fmt.Sprintf(say.profile, s.Headers))
	}
	if s.CookieBytes > 0 {
		parts = append(parts, fmt.Sprintf(say.cookie, w.bytes.of(int64(s.CookieBytes))))
	}
	return strings.Join(parts, w.clause)
}

// emulates reports whether a link was emulated for anybody.
func emulates(s scenario.Scenario) bool {
	return !s.Link.IsZero() || slices.ContainsFunc(s.Groups, func(g scenario.Group) bool { return !g.Link.IsZero() })
}

// path says what link was emulated.
func (w *words) path(l link.Profile) string {
	text := fmt.Sprintf(w.conditions.link, l.RTT)
	if l.Name != "" {
		text = fmt.Sprintf(w.conditions.linkNamed, l.RTT, l.Name)
	}
	if l.Jitter > 0 {
		text += fmt.Sprintf(w.conditions.jitter, l.Jitter)
	}
	if l.Down > 0 || l.Up > 0 {
		text += fmt.Sprintf(w.conditions.rates, w.orUnlimited(l.Down), w.orUnlimited(l.Up))
	}
	return text
}

func (w *words) orUnlimited(r link.Rate) string {
	if r == 0 {
		return w.conditions.noLimit
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

func (w *words) orUnknown(s string) string {
	if s == "" {
		return w.conditions.unknown
	}
	return s
}
