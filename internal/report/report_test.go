package report_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/golden"
	"pollpush/internal/link"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// load reads a run that was really made: 40 clients, two trials of each transport.
func load(t *testing.T) result.Result {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGolden(t *testing.T) {
	for _, test := range []struct {
		name   string
		format report.Format
		change func(*result.Result)
	}{
		{"table.txt", report.Table, func(*result.Result) {}},
		{"table.md", report.Markdown, func(*result.Result) {}},
		{"invalid.txt", report.Table, func(r *result.Result) {
			lost := int64(3)
			bad := &r.Trials[0]
			bad.Messages.Lost = &lost
			bad.Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"3 of 80 messages were lost"}}
			r.Trials[3].Verdict = result.Verdict{State: result.Suspect, Reasons: []string{"a | reason\nof two lines"}}
		}},
		{"incomplete.md", report.Markdown, func(r *result.Result) {
			r.Trials = r.Trials[:1]
			cut := &r.Trials[0]
			cut.Complete, cut.Messages.Lost, cut.Server.Books.Difference = false, nil, nil
			cut.Server.Process = result.Process{}
			cut.Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"cut short: context canceled"}}
		}},
		{"polling only.txt", report.Table, func(r *result.Result) {
			r.Scenario.Transports = r.Scenario.Transports[:1]
			r.Scenario.Trials = 1
			r.Trials = r.Trials[:1]
		}},
		{"groups.txt", report.Table, grouped},
		{"groups.md", report.Markdown, func(r *result.Result) {
			grouped(r)
			r.Trials[0].Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"1 message was lost"}}
		}},
		{"nothing.txt", report.Table, func(r *result.Result) { r.Trials = nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := load(t)
			test.change(&r)
			var b bytes.Buffer
			if err := report.Write(&b, test.format, r); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, test.name, b.String())
		})
	}
}

// grouped makes two groups of the run's first two transports, each with half of all, and has clients come and go.
func grouped(r *result.Result) {
	s := &r.Scenario
	s.Transports, s.Trials = s.Transports[:2], 1
	s.Groups = []scenario.Group{
		{Name: "phones", Share: 2550, Headers: "chrome", Link: link.Profile{Name: "4g", RTT: 170 * time.Millisecond}},
		{Name: "desks", Share: 7450, Headers: "go"},
	}
	s.Stages = []scenario.Stage{{For: time.Second, Clients: 1200}, {For: time.Second, Clients: 1200}, {For: time.Second, Clients: 100}}
	r.Trials = r.Trials[:2]
	for i := range r.Trials {
		t, before := &r.Trials[i], 40
		t.Clients, t.Messages.JoinedLate = result.Clients{Asked: 1200, Connected: 1200, Before: &before}, 7
		t.Predicted = nil
		for _, g := range s.Groups {
			t.Groups = append(t.Groups, result.Group{
				Name: g.Name, Transport: t.Transport, Clients: t.Clients, Messages: t.Messages, Latency: t.Latency, Wire: t.Wire,
				Predicted: &result.Prediction{Mean: g.Link.RTT / 2},
			})
		}
	}
	r.Trials[1].Groups[1].Latency = result.Distribution{}
}

// The layers of several results stand in one table; trials that may not be used do not.
func TestLayers(t *testing.T) {
	plain, secure, bad := load(t), load(t), load(t)
	secure.Scenario.TLS, secure.Scenario.HTTP, secure.Scenario.Headers = true, scenario.HTTP2, "chrome"
	secure.Scenario.CookieBytes, secure.Scenario.Deflate = 100, scenario.DeflateTakeover
	for i := range secure.Trials {
		secure.Trials[i].Wire.Steady.Up.TLS = 22 * secure.Trials[i].Wire.Steady.Messages
	}
	for i := range bad.Trials {
		bad.Trials[i].Verdict.State = result.Invalid
	}
	plain.Scenario.KeepAlive, plain.Scenario.Headers = false, "a|b"
	for _, format := range []report.Format{report.Table, report.Markdown} {
		var b bytes.Buffer
		if err := report.WriteLayers(&b, report.Options{Format: format}, []report.Source{{Result: plain}, {Result: secure}, {Result: bad}}); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "layers."+string(format), b.String())
	}
	if err := report.WriteLayers(io.Discard, report.Options{Format: report.Table}, []report.Source{{Result: bad}}); err == nil {
		t.Error("a table of invalid trials")
	}
}

// Whatever a result holds, a Markdown table keeps its columns: no text of it can start a cell, a
// row or a tag.
func TestMarkdownKeepsItsShape(t *testing.T) {
	r := load(t)
	r.Host.CPUModel = "<script>alert(1)</script>\n| a | b |"
	r.Trials[0].Verdict.Reasons = []string{"status 500: <script>\n| x |"}
	var b bytes.Buffer
	if err := report.Write(&b, report.Markdown, r); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 6 {
			t.Errorf("%d bars in %q", strings.Count(line, "|"), line)
		}
		if strings.Contains(line, "<") {
			t.Errorf("a tag could begin in %q", line)
		}
	}
}

// Where latencies are between two clocks, by how much they may be off stands under them, of all trials
// the most.
func TestErrorOfClocks(t *testing.T) {
	r := load(t)
	const sentence = "Latencies are right to within ±1.25 ms: the clocks of target and generator were compared over the network."
	for _, clocks := range []bool{false, true} {
		if clocks {
			r.Trials[0].Clock = &result.Clock{Offset: time.Hour, Error: time.Millisecond}
			r.Trials[3].Clock = &result.Clock{Offset: time.Hour, Error: 1250 * time.Microsecond}
		}
		var b bytes.Buffer
		if err := report.Write(&b, report.Table, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), sentence) != clocks || strings.Contains(b.String(), "Over loopback") == clocks {
			t.Errorf("two clocks: %v\n%s", clocks, &b)
		}
	}
}

func TestJSONIsTheResult(t *testing.T) {
	want := load(t)
	var b bytes.Buffer
	if err := report.Write(&b, report.JSON, want); err != nil {
		t.Fatal(err)
	}
	got, err := result.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What was measured says how messages followed each other, and how many came at once.
func TestArrivals(t *testing.T) {
	r := load(t)
	for arrivals, want := range map[scenario.Arrivals]string{
		scenario.Fixed: "on each (fixed);", scenario.Poisson: "on each (poisson);", scenario.Burst: "on each (in bursts of 25);",
	} {
		r.Scenario.Arrivals, r.Scenario.Burst = arrivals, 25
		var b bytes.Buffer
		if err := report.Write(&b, report.Table, r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := report.Write(&bytes.Buffer{}, "pdf", load(t)); err == nil {
		t.Error("pdf was taken for a format")
	}
}
