package gallery_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/chart"
	"pollpush/internal/gallery"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// load reads a run that was really made: 40 clients, two trials of each transport.
func load(t *testing.T) result.Result {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "report", "testdata", "run.json"))
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

// timed gives each trial a timeline with a hole in it.
func timed(r result.Result) result.Result {
	for i := range r.Trials {
		r.Trials[i].Timeline = []result.Slice{
			{Clients: 40, Delivered: 10, Mean: time.Millisecond, P50: time.Millisecond, P99: 3 * time.Millisecond, Max: 4 * time.Millisecond},
			{Start: time.Second, Clients: 40, Delivered: int64(i % 2)}, // which a client joined too late for
			{Start: 2 * time.Second, Clients: 40, Delivered: 10, Mean: time.Millisecond, P50: 2 * time.Millisecond, P99: 5 * time.Millisecond, Max: 6 * time.Millisecond},
		}
	}
	return r
}

func figures(t *testing.T, sources ...gallery.Source) (map[string]gallery.Figure, []string) {
	t.Helper()
	have, missing, err := gallery.Of(sources)
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]gallery.Figure)
	for _, f := range have {
		byName[f.Name] = f
		about := f.Chart.About()
		if about.Title == "" || about.Description == "" || len(f.Table.Rows) == 0 {
			t.Errorf("%s: no title, no description or no table", f.Name)
		}
		for _, row := range f.Table.Rows {
			if len(row) != len(f.Table.Head) {
				t.Errorf("%s: %d cells under %d heads", f.Name, len(row), len(f.Table.Head))
			}
		}
	}
	return byName, missing
}

// The line of a transport goes through its percentiles, and ends at its maximum.
func TestPercentiles(t *testing.T) {
	r := load(t)
	byName, _ := figures(t, gallery.Source{Name: "run", Result: r})
	lines := byName["latency-percentiles"].Chart.(chart.Lines).Series
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, transport := range r.Scenario.Transports {
		sum, err := result.Merge(r.Of(transport))
		if err != nil {
			t.Fatal(err)
		}
		points := lines[i].Points
		at := func(x float64) float64 {
			k := slices.IndexFunc(points, func(p chart.Point) bool { return math.Abs(p.X-x) < 1e-9 })
			return points[k].Y
		}
		ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
		last := points[len(points)-1]
		if at(1) != ms(sum.Latency.P90) || at(2) != ms(sum.Latency.P99) || last.Y != ms(sum.Latency.Max) {
			t.Errorf("%s: %v, %v, %v of %+v", transport, at(1), at(2), last.Y, sum.Latency)
		}
		if want := math.Log10(float64(sum.Latency.Count)); last.X != want {
			t.Errorf("%s ends at %v, want %v", transport, last.X, want)
		}
	}
}

// The parts of a stack make up what the sockets carried.
func TestLayersAddUp(t *testing.T) {
	r := load(t)
	byName, _ := figures(t, gallery.Source{Name: "run", Result: r})
	for i, bar := range byName["bytes-by-layer"].Chart.(chart.Bars).Groups[0].Bars {
		sum, err := result.Merge(r.Of(r.Scenario.Transports[i]))
		if err != nil {
			t.Fatal(err)
		}
		var total float64
		for _, p := range bar.Parts {
			total += p.Length
		}
		if want := float64(sum.Wire.Steady.Socket()) / float64(sum.Wire.Steady.Messages); math.Abs(total-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", bar.Name, total, want)
		}
	}
}

// A slice in which nothing arrived is a gap, and which trial is shown is said.
func TestOverTime(t *testing.T) {
	byName, missing := figures(t, gallery.Source{Name: "run", Result: load(t)})
	if _, ok := byName["latency-over-time-p50"]; ok || !strings.Contains(strings.Join(missing, ""), "no chart of latency over time") {
		t.Errorf("without a timeline: %v, %v", ok, missing)
	}
	byName, missing = figures(t, gallery.Source{Name: "new", Result: timed(load(t))}, gallery.Source{Name: "old", Result: load(t)})
	if strings.Contains(strings.Join(missing, ""), "over time") {
		t.Error(missing)
	}
	for name, want := range map[string][2]float64{"latency-over-time-p50": {1, 2}, "latency-over-time-p99": {3, 5}} {
		l := byName[name].Chart.(chart.Lines)
		p := l.Series[0].Points
		if len(l.Series) != 4 || p[0].Y != want[0] || !math.IsNaN(p[1].Y) || p[2] != (chart.Point{X: 2, Y: want[1]}) {
			t.Errorf("%s: %d lines, %v", name, len(l.Series), p)
		}
		for _, s := range l.Series {
			if !math.IsNaN(s.Points[1].Y) {
				t.Errorf("%s: %s has no gap where nothing has a latency: %v", name, s.Name, s.Points)
			}
		}
		said := strings.Join(l.Words.Notes, "\n")
		if !strings.Contains(said, "One trial of several is shown: trial 1 of 2.") ||
			!strings.Contains(said, "Not shown, because no trial has stored how its latency went: Short polling, old; Long polling, old;") {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// What must not be used is called so beside its line or bar, and under every chart.
func TestVerdicts(t *testing.T) {
	r := timed(load(t))
	r.Trials[0].Verdict.State = result.Invalid
	for i := range r.Trials {
		switch r.Trials[i].Transport {
		case scenario.LongPoll:
			r.Trials[i].Complete = false
		case scenario.SSE:
			r.Trials[i].Verdict.State = "splendid"
		}
	}
	byName, _ := figures(t, gallery.Source{Name: "run", Result: r})
	if len(byName) != 8 { // all but what was predicted
		t.Errorf("%d figures", len(byName))
	}
	for name, f := range byName {
		said := strings.Join(f.Chart.About().Notes, "\n")
		for _, want := range []string{"INVALID: Short polling; SSE has an invalid trial: its figures must not be used.", "INCOMPLETE: Long polling was cut short"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in %s", name, want, said)
			}
		}
		drawn := chart.Inline(f.Chart, 760, "a")
		for _, want := range []string{"Short polling (invalid)", "Long polling (incomplete)", "SSE (invalid)"} {
			if !strings.Contains(drawn, ">"+want+"<") {
				t.Errorf("%s: %s is not beside what is drawn", name, want)
			}
		}
	}
}

// A transport has one ink and one mark wherever it is drawn, and no two have the same.
func TestLooks(t *testing.T) {
	type look struct {
		ink  chart.Ink
		mark chart.Mark
	}
	looks := make(map[string]look)
	see := func(name string, l look) {
		if name == "computed" {
			return
		}
		if before, ok := looks[name]; ok && before != l {
			t.Errorf("%s is %v and %v", name, before, l)
		}
		looks[name] = l
	}
	byName, _ := figures(t, gallery.Source{Name: "run", Result: timed(load(t))})
	for _, f := range byName {
		switch c := f.Chart.(type) {
		case chart.Lines:
			for _, s := range c.Series {
				see(s.Name, look{s.Ink, s.Mark})
			}
		case chart.Bars:
			for _, g := range c.Groups {
				for _, b := range g.Bars {
					see(b.Name, look{b.Ink, b.Mark})
				}
			}
		}
	}
	inks, marks := make(map[chart.Ink]bool), make(map[chart.Mark]bool)
	for _, l := range looks {
		inks[l.ink], marks[l.mark] = true, true
	}
	if len(looks) != 4 || len(inks) != 4 || len(marks) != 4 {
		t.Errorf("%v", looks)
	}
}

// What is computed is hollow, and called so.
func TestPredicted(t *testing.T) {
	r := load(t)
	for i := range r.Trials {
		r.Trials[i].Predicted = &result.Prediction{Mean: 7 * time.Millisecond, P99: new(9 * time.Millisecond)}
	}
	byName, _ := figures(t, gallery.Source{Name: "run", Result: r})
	f := byName["predicted"]
	groups := f.Chart.(chart.Bars).Groups
	for g, want := range []float64{7, 9} {
		measured, computed := groups[g].Bars[0], groups[g].Bars[1]
		if measured.Parts[0].Hollow || !computed.Parts[0].Hollow || computed.Name != "computed" || computed.Parts[0].Length != want {
			t.Errorf("%+v, %+v", measured, computed)
		}
	}
	if !strings.Contains(strings.Join(f.Table.Head, "|"), "mean, measured|mean, computed") {
		t.Error(f.Table.Head)
	}
	for i := range r.Trials {
		r.Trials[i].Predicted = nil
	}
	byName, missing := figures(t, gallery.Source{Name: "run", Result: r})
	if _, ok := byName["predicted"]; ok || len(missing) != 2 {
		t.Errorf("without a prediction: %v, %v", ok, missing)
	}
}

// Results can be told apart, up to a number of them.
func TestSeveral(t *testing.T) {
	var sources []gallery.Source
	for i := range gallery.Most {
		sources = append(sources, gallery.Source{Name: fmt.Sprintf("result %d", i), Result: load(t)})
	}
	byName, _ := figures(t, sources...)
	seen := make(map[string]bool)
	for _, s := range byName["latency-percentiles"].Chart.(chart.Lines).Series {
		seen[fmt.Sprint(s.Ink, s.Mark, chart.Dashes(s.Dash))] = true
	}
	if len(seen) != 4*gallery.Most {
		t.Errorf("%d lines look different of %d", len(seen), 4*gallery.Most)
	}
	if _, _, err := gallery.Of(append(sources, gallery.Source{Result: load(t)})); err == nil {
		t.Error("more results than can be told apart")
	}
}

func TestNothing(t *testing.T) {
	r := load(t)
	r.Trials = nil
	if have, missing, err := gallery.Of([]gallery.Source{{Name: "run", Result: r}}); len(have) != 0 || len(missing) != 0 || err != nil {
		t.Errorf("%d figures, %v, %v", len(have), missing, err)
	}
	r = load(t)
	r.Trials[0].Latency.HDR = "HISTFAAAA"
	if _, _, err := gallery.Of([]gallery.Source{{Name: "run", Result: r}}); err == nil || !strings.HasPrefix(err.Error(), "run: ") {
		t.Errorf("a histogram that is cut short: %v", err)
	}
}

// What it took to set up is shared out to those clients that were set up before the window, not to all that came.
func TestSetup(t *testing.T) {
	r := load(t)
	before, _ := figures(t, gallery.Source{Name: "run", Result: r})
	for i := range r.Trials {
		c := &r.Trials[i].Clients
		n := c.Connected
		c.Before, c.Connected = &n, 10*n
	}
	after, _ := figures(t, gallery.Source{Name: "run", Result: r})
	if a, b := fmt.Sprint(before["setup"].Table), fmt.Sprint(after["setup"].Table); a != b {
		t.Errorf("%s\nnow %s", a, b)
	}
}
