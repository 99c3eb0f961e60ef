package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/visible"
)

// writeGoBench writes the result as go test -bench would, for benchstat and its like: a line for each
// trial that may be used, with as many iterations as there were deliveries. See
// https://golang.org/design/14313-benchmark-format and golang.org/x/perf/benchfmt.
//
// The scenario stands above as configuration, because benchstat compares only what has the same. So what
// may differ between two results that are compared is not there: the number of trials, and the commit. Groups stand
// there as well; what each of them had of a trial does not fit the format, and is left out.
func writeGoBench(w io.Writer, r result.Result) error {
	var b strings.Builder
	config(&b, r)
	units(&b, r)
	for _, t := range r.Trials {
		if !t.Complete || t.Verdict.State == result.Invalid {
			fmt.Fprintf(&b, "# left out: %s, trial %d, is %s.\n", visible.Line(string(t.Transport)), t.Trial, unusable(t))
			continue
		}
		benchmark(&b, r, t)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func unusable(t result.Trial) string {
	if !t.Complete {
		return "incomplete"
	}
	return string(t.Verdict.State)
}

func config(b *strings.Builder, r result.Result) {
	line := func(key, value string) { fmt.Fprintf(b, "%s: %s\n", key, visible.Line(value)) }
	line("goos", r.Host.OS)
	line("goarch", r.Host.Arch)
	line("pkg", "pollpush")
	line("cpu", r.Host.CPUModel)
	if r.Variant != "" {
		line("variant", r.Variant)
	}
	for _, f := range r.Scenario.Flags() {
		if f.Name != "transports" && f.Name != "trials" && f.Value != scenario.None {
			line(f.Name, f.Value)
		}
	}
}

// units says which way each unit improves. All else is benchstat's own assumption: none.
func units(b *strings.Builder, r result.Result) {
	told := make(map[string]bool)
	for _, m := range metric.Of(r.Scenario.Transports) {
		unit := benchUnit(m)
		if told[unit] || m.Detail {
			continue
		}
		told[unit] = true
		switch m.Better {
		case metric.Less:
			fmt.Fprintf(b, "Unit %s better=lower\n", unit)
		case metric.More:
			fmt.Fprintf(b, "Unit %s better=higher\n", unit)
		case metric.Neither:
		}
	}
}

// benchmark writes a trial's line. Its name ends as Go's do, in the number of processors, unless that is 1.
func benchmark(b *strings.Builder, r result.Result, t result.Trial) {
	fmt.Fprintf(b, "BenchmarkDelivery/transport=%s", benchName(t.Transport))
	if r.Host.GOMAXPROCS > 1 {
		fmt.Fprintf(b, "-%d", r.Host.GOMAXPROCS)
	}
	fmt.Fprintf(b, " %d", t.Messages.Delivered)
	for _, m := range metric.Of(r.Scenario.Transports) {
		if m.Transport != t.Transport || m.Detail {
			continue
		}
		if v, known := m.Value(t); known {
			fmt.Fprintf(b, " %s %s", strconv.FormatFloat(v, 'f', -1, 64), benchUnit(m))
		}
	}
	b.WriteByte('\n')
}

// benchName is a transport's name within a benchmark's, which ends at a blank.
func benchName(t scenario.Transport) string {
	return strings.ReplaceAll(visible.Line(string(t)), " ", "_")
}

// benchUnit is a metric's name as a unit. benchstat takes what stands between its hyphens for units that
// it knows: of latency-p99-ns it makes latency-p99-sec, and scales it.
func benchUnit(m metric.Metric) string {
	unit := strings.ReplaceAll(m.Kind.Name, ".", "-")
	switch base := m.Unit.Base(); base {
	case "ns", "B":
		return unit + "-" + base
	}
	return unit
}
