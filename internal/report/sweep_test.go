package report_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/golden"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// with returns a result that was changed.
func with(t *testing.T, name string, change func(*result.Result)) report.Source {
	t.Helper()
	r := load(t)
	change(&r)
	return report.Source{Name: name, Result: r}
}

func interval(t *testing.T, d time.Duration) report.Source {
	t.Helper()
	return with(t, d.String()+".json", func(r *result.Result) { r.Scenario.PollInterval = d })
}

func sweep(t *testing.T, setting string, kinds []*metric.Kind, sources ...report.Source) report.Sweep {
	t.Helper()
	s, err := report.NewSweep(setting, kinds, sources)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func written(t *testing.T, o report.Options, s report.Sweep) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteSweep(&b, o, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Values stand in their order, whatever order the results came in; transports may come from several results; and what
// else differs, what is not valid and what is not there is said.
func TestWriteSweep(t *testing.T) {
	only := func(source report.Source, transports ...scenario.Transport) report.Source {
		r := &source.Result
		r.Scenario.Transports = transports
		r.Trials = slices.DeleteFunc(slices.Clone(r.Trials), func(trial result.Trial) bool { return !slices.Contains(transports, trial.Transport) })
		return source
	}
	slow := only(interval(t, 30*time.Second), scenario.ShortPoll)
	slow.Result.Scenario.Duration = time.Minute
	slow.Result.Trials[0].Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"it | was"}}
	s := sweep(t, "poll-interval", chosen(t, "latency.mean", "messages.empty_share"), slow,
		only(interval(t, 100*time.Millisecond), scenario.WebSocket, scenario.LongPoll), only(interval(t, 100*time.Millisecond), scenario.ShortPoll),
		interval(t, 2*time.Second))
	if !s.Quantity() || len(s.Steps) != 3 || s.Steps[0].At != 0.1 || s.Steps[2].At != 30 {
		t.Errorf("%+v", s.Steps)
	}
	for name, o := range map[string]report.Options{
		"sweep.txt": {}, "sweep.md": {Format: report.Markdown}, "sweep narrow.txt": {Width: 60}, "sweep chinese.md": {Format: report.Markdown, Lang: report.Chinese},
		"sweep bare.md": {Format: report.Markdown, Bare: true},
	} {
		golden.Compare(t, name, written(t, o, s))
	}
}

// What figures a sweep has without being asked are those of its own list, each with its name in full.
func TestSweepWithoutColumns(t *testing.T) {
	text := written(t, report.Options{}, sweep(t, "poll-interval", nil, interval(t, time.Second), interval(t, 2*time.Second)))
	for _, want := range []string{
		"How late a message arrives, ms: mean", "How late a message arrives, ms: p99", "Bytes per delivery, up + down: all layers",
		"In TCP/IP packets, per delivery: bytes with TCP and IP headers", "In the window, per second: HTTP requests",
		"What the server paid: CPU ms per 1000 deliveries", "These figures are",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is there %d times", want, strings.Count(text, want))
		}
	}
	if got := strings.Count(text, "\n   2s "); got != 7 {
		t.Errorf("the second value has %d rows, want 7", got)
	}
}

// What is no quantity stays in the order in which it came.
func TestSweepOfNames(t *testing.T) {
	named := func(name string) report.Source { return with(t, name, func(r *result.Result) { r.Variant = name }) }
	s := sweep(t, report.Variant, nil, named("b"), named("10"), named("a"))
	if s.Quantity() || s.Steps[0].Value != "b" || s.Steps[1].Value != "10" || !math.IsNaN(s.Steps[1].At) {
		t.Errorf("%+v", s.Steps)
	}
	http := func(v scenario.HTTP) report.Source {
		return with(t, string(v), func(r *result.Result) { r.Scenario.HTTP = v })
	}
	if sweep(t, "http", nil, http(scenario.HTTP2), http(scenario.HTTP1)).Quantity() {
		t.Error("a version of HTTP is taken for a quantity")
	}
	down := func(v int64) report.Source {
		return with(t, "d", func(r *result.Result) {
			if err := r.Scenario.Link.Down.Set(strings.Repeat("9", int(v)) + "kbit"); err != nil {
				t.Fatal(err)
			}
		})
	}
	if s := sweep(t, "down", nil, down(3), down(2)); !s.Quantity() || s.Steps[0].Value != "99kbit" {
		t.Errorf("%+v", s.Steps)
	}
}

// What makes no sweep is refused.
func TestRefusedSweeps(t *testing.T) {
	second, two := interval(t, time.Second), interval(t, 2*time.Second)
	for _, v := range []struct {
		setting string
		sources []report.Source
		want    string
	}{
		{"pol-interval", []report.Source{second, two}, `"pol-interval" is no setting of a scenario: did you mean poll-interval?`},
		{"weather-of-the-day", []report.Source{second, two}, "want one of variant, transports, clients"},
		{"clients", []report.Source{second}, "--clients is 40 in all of these results, so there is nothing to see against it: name results in which it differs"},
		{"poll-interval", []report.Source{second, two, two}, "2s.json has short-poll with --poll-interval 2s, and a result before it has, too: leave one of them out"},
		{"variant", []report.Source{second, two}, "1s.json does not say what variant was: leave it out"},
		{"rate", []report.Source{with(t, "a", func(r *result.Result) { r.Trials = nil })}, "nothing was measured in these results"},
	} {
		if _, err := report.NewSweep(v.setting, nil, v.sources); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v\nwant %s", v.setting, err, v.want)
		}
	}
}
