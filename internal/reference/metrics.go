package reference

import (
	"fmt"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// own is what the names of this project's metrics begin with.
const own = "pollpush_"

// MetricPage returns the reference of what the two programs show to Prometheus, by what is gathered from them.
func MetricPage(bench, target []*dto.MetricFamily) (string, error) {
	var b strings.Builder
	b.WriteString("# Prometheus metrics\n\n")
	b.WriteString(generated)
	b.WriteString("Those of bench are on `--metrics-addr` while it runs, those of a target at `/metrics` of its admin address. Both\n" +
		"show the Go runtime (`go_…`) and the process (`process_…`) as well, as Go programs do. Where bench\n" +
		"runs the variants of a scenario file, each of its own metrics has the label `variant` too; the label `transport` is\n" +
		"`mixed` where groups have transports of their own.\n")
	for _, p := range []struct {
		title    string
		families []*dto.MetricFamily
	}{{"bench", bench}, {"target", target}} {
		fmt.Fprintf(&b, "\n## %s\n\n| metric | type | labels | what it is |\n| --- | --- | --- | --- |\n", p.title)
		for _, f := range p.families {
			if !strings.HasPrefix(f.GetName(), own) {
				continue
			}
			if f.GetHelp() == "" {
				return "", fmt.Errorf("%s has no help: give it one", f.GetName())
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), labels(f), cell(f.GetHelp()))
		}
	}
	return b.String(), nil
}

// labels lists the labels of a family with their values. Those of the build say which it is.
func labels(f *dto.MetricFamily) string {
	values := make(map[string][]string)
	var names []string
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			name := l.GetName()
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			if !slices.Contains(values[name], l.GetValue()) {
				values[name] = append(values[name], l.GetValue())
			}
		}
	}
	var texts []string
	for _, name := range names {
		text := "`" + name + "`"
		if f.GetName() != own+"build_info" && name != "transport" {
			text += " (" + strings.Join(values[name], ", ") + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}
