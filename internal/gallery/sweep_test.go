package gallery_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"pollpush/internal/chart"
	"pollpush/internal/gallery"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// swept is a sweep of the run, which stands for each of the results that change makes.
func swept(t *testing.T, setting string, changes ...func(*result.Result)) report.Sweep {
	t.Helper()
	var sources []report.Source
	for _, change := range changes {
		r := load(t)
		change(&r)
		sources = append(sources, report.Source{Name: "r.json", Result: r})
	}
	kinds, err := metric.Columns([]string{"latency.mean", "messages.empty_share", "wire.requests_per_second"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := report.NewSweep(setting, kinds, sources)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each figure has a line for each transport that has it, with a mark where it was measured.
func TestSweepOfQuantities(t *testing.T) {
	interval := func(d time.Duration) func(*result.Result) {
		return func(r *result.Result) { r.Scenario.PollInterval = d }
	}
	onlyPolls := func(r *result.Result) {
		r.Scenario.PollInterval = time.Minute
		r.Scenario.Transports = []scenario.Transport{scenario.ShortPoll}
		r.Trials = r.Of(scenario.ShortPoll)
		r.Trials[0].Verdict.State = result.Suspect
	}
	all := gallery.OfSweep(swept(t, "poll-interval", onlyPolls, interval(time.Second), interval(2*time.Second)))
	if len(all) != 3 || all[0].Name != "latency-mean" || all[2].Name != "wire-requests-per-second" {
		t.Fatalf("%d figures: %+v", len(all), all)
	}
	mean, empty, requests := all[0].Chart.(chart.Lines), all[1].Chart.(chart.Lines), all[2].Chart.(chart.Lines)
	if len(mean.Series) != 4 || len(empty.Series) != 2 {
		t.Errorf("%d lines of latency and %d of empty polls, want 4 and 2", len(mean.Series), len(empty.Series))
	}
	for i, s := range mean.Series {
		want := 2
		if i == 0 {
			want = 3
		}
		if len(s.Points) != want || !s.Measured || s.Points[1].X != 2 || !(s.Points[0].Y > 0) {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	if !mean.X.Log || !mean.Y.Log || requests.Y.Log {
		t.Error("a wide range of quantities is logarithmic, and one with a 0 is not")
	}
	if labels := []string{mean.X.Ticks[0].Label, mean.X.Ticks[2].Label}; labels[0] != "1s" || labels[1] != "1m0s" {
		t.Errorf("the axis is marked %v", labels)
	}
	if notes := strings.Join(mean.Words.Notes, "\n"); notes != "SUSPECT: Short polling with poll-interval 1m0s." {
		t.Errorf("%q", notes)
	}
	if row := strings.Join(all[0].Table.Rows[2], "|"); !strings.HasPrefix(row, "1m0s|") || !strings.HasSuffix(row, "|–|–|–") {
		t.Errorf("the last row is %s", row)
	}
}

// What is no quantity has a group of bars for each of its values.
func TestSweepOfNames(t *testing.T) {
	named := func(name string) func(*result.Result) { return func(r *result.Result) { r.Variant = name } }
	all := gallery.OfSweep(swept(t, report.Variant, named("tls"), named("plain")))
	bars := all[1].Chart.(chart.Bars)
	if len(bars.Groups) != 2 || bars.Groups[0].Name != "tls" || len(bars.Groups[0].Bars) != 2 {
		t.Errorf("%+v", bars.Groups)
	}
	for _, b := range bars.Groups[0].Bars {
		if math.IsNaN(b.Parts[0].Length) {
			t.Errorf("%s has no length", b.Name)
		}
	}
}
