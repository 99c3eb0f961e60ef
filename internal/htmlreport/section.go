package htmlreport

import (
	"fmt"
	"strconv"
	"time"

	"pollpush/internal/gallery"
	"pollpush/internal/headers"
	"pollpush/internal/host"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/pkg/exchange"
)

// section is one result.
type section struct {
	ID       string
	Name     string
	Started  string
	Parts    report.Parts
	Invalid  bool // any trial
	Suspect  bool
	Trials   []trial
	Scenario []pair
	Headers  []pair
	Machine  []pair
	Limits   []pair
}

// trial is the verdict on one.
type trial struct {
	Transport, Number, State, Connected string
	Reasons                             []reason
}

// reason is why, and how bad it is by itself.
type reason struct{ Level, Text string }

// pair is a fact and its name.
type pair struct{ Name, Value string }

// facts are pairs under a title.
type facts struct {
	Title, Words string
	Pairs        []pair
}

func sectionOf(i int, s gallery.Source) (section, error) {
	r := s.Result
	parts, err := report.Take(r)
	if err != nil {
		return section{}, err
	}
	made := section{
		ID: "result-" + strconv.Itoa(i+1), Name: called(s), Started: r.Started.UTC().Format(time.RFC3339), Parts: parts, Invalid: r.Invalid(),
		Headers: fields(r), Machine: machine(r), Limits: limits(r.Limits),
	}
	for _, f := range r.Scenario.Flags() {
		made.Scenario = append(made.Scenario, pair{f.Name, f.Value})
	}
	for _, t := range r.Trials {
		made.Trials = append(made.Trials, verdict(t))
		made.Suspect = made.Suspect || t.Verdict.State == result.Suspect
	}
	return made, nil
}

// called is a result's name, with that of the variant that it is of.
func called(s gallery.Source) string {
	if v := s.Result.Variant; v != "" && v != s.Name {
		return s.Name + " (variant " + v + ")"
	}
	return s.Name
}

func verdict(t result.Trial) trial {
	state := string(t.Verdict.State)
	if !t.Complete {
		state = "incomplete"
	}
	var reasons []reason
	for i, text := range t.Verdict.Reasons {
		reasons = append(reasons, reason{string(t.Verdict.Level(i)), text})
	}
	return trial{
		Transport: report.Title(t.Transport), Number: strconv.Itoa(t.Trial), State: state, Reasons: reasons,
		Connected: fmt.Sprintf("%s of %s", report.Grouped(int64(t.Clients.Connected)), report.Grouped(int64(t.Clients.Asked))),
	}
}

// class returns the class of a verdict: what a result calls its own is none.
func class(state string) string {
	switch result.State(state) {
	case result.Valid, result.Suspect, result.Invalid:
		return state
	}
	return string(result.Invalid)
}

// limits are what verdicts were made by.
func limits(l result.Limits) []pair {
	share := func(l result.Level[float64]) string { return percent(l.Suspect) + ", " + percent(l.Invalid) }
	lag := func(l result.Level[time.Duration]) string { return fmt.Sprintf("%s, %s", l.Suspect, l.Invalid) }
	clock, backlog := "", "" // older results have none
	if l.Backlog.Invalid > 0 {
		backlog = share(l.Backlog)
	}
	if l.ClockError > 0 {
		clock = percent(l.ClockError) + ", never"
	}
	return []pair{
		{"messages, at least", strconv.Itoa(l.Messages)},
		{"poll-lag", share(l.PollLag)},
		{"generator-lag", lag(l.GeneratorLag)},
		{"generator-cpu", share(l.GeneratorCPU)},
		{"publish-lag", lag(l.PublishLag)},
		{"backlog", backlog},
		{"clock-error", clock},
	}
}

// percent writes a share without what arithmetic left over.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'g', 10, 64) + " %" }

// fields are the header fields of the run's profile and of those of its groups, each profile once.
func fields(r result.Result) []pair {
	all := append([]pair{{"profile", r.Headers.Name}}, profile(r.Headers, "")...)
	shown := map[string]bool{r.Headers.Name: true}
	for i, p := range r.GroupHeaders {
		if i < len(r.Scenario.Groups) {
			all = append(all, pair{"profile of " + r.Scenario.Groups[i].Name, p.Name})
		}
		if !shown[p.Name] {
			all = append(all, profile(p, p.Name+", ")...)
		}
		shown[p.Name] = true
	}
	return all
}

// profile are the header fields of a profile, in the order in which they were sent.
func profile(p headers.Profile, prefix string) []pair {
	var all []pair
	if p.Source != "" {
		all = append(all, pair{prefix + "source", p.Source})
	}
	for _, kind := range []struct {
		name   string
		fields []exchange.Field
	}{
		{"poll", p.Fetch},
		{"event stream", p.EventSource},
		{"WebSocket upgrade", p.WebSocket},
		{"HTTP/2", p.HTTP2},
		{"answer", p.Response},
	} {
		for _, f := range kind.fields {
			all = append(all, pair{prefix + kind.name, f.Name + ": " + f.Value})
		}
	}
	return all
}

// machine is what the result was measured on, and with.
func machine(r result.Result) []pair {
	h := r.Host
	number := func(n int64) string {
		if n == 0 { // it could not be found out
			return ""
		}
		return report.Grouped(n)
	}
	files := number(int64(h.OpenFiles))
	if h.OpenFiles >= host.Unlimited {
		files = "no limit"
	}
	return []pair{
		{"operating system", h.OS},
		{"architecture", h.Arch},
		{"kernel", h.Kernel},
		{"processor", h.CPUModel},
		{"processors", number(int64(h.CPUs))},
		{"GOMAXPROCS", number(int64(h.GOMAXPROCS))},
		{"memory, bytes", number(int64(h.MemoryBytes))},
		{"MTU of the loopback", number(int64(h.LoopbackMTU))},
		{"congestion control", h.CongestionControl},
		{"open files, at most", files},
		{"local ports", h.PortRange},
		{"tool", r.Tool.Name + " " + r.Tool.Version},
		{"commit", r.Tool.Commit},
		{"Go", r.Tool.Go},
		{"target", r.Target},
	}
}
