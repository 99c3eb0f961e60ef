package report_test

import (
	"bytes"
	"testing"

	"golang.org/x/perf/benchfmt"

	"pollpush/internal/golden"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// What is written is what benchstat's own parser reads.
func TestGoBenchIsRead(t *testing.T) {
	r := load(t)
	r.Trials[0].Verdict.State = result.Invalid
	r.Trials[1].Complete = false
	r.Host.CPUModel = "A\nBenchmarkOfSomebodyElse 1 1 ns/op"
	var b bytes.Buffer
	if err := report.Write(&b, report.GoBench, r); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "gobench.txt", b.String())

	reader := benchfmt.NewReader(&b, "gobench.txt")
	lines := 0
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(record)
		case *benchfmt.Result:
			if t.Failed() {
				return
			}
			checkBenchmark(t, record, r.Trials[2+lines])
			lines++
		}
	}
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	if want := len(r.Trials) - 2; lines != want {
		t.Errorf("%d benchmarks, want %d", lines, want)
	}
	if better := reader.Units().GetBetter("latency-mean-sec"); better != -1 {
		t.Errorf("better = %d for latencies, want less", better)
	}
	if better := reader.Units().GetBetter("messages-delivered"); better != 1 {
		t.Errorf("better = %d for deliveries, want more", better)
	}
}

func checkBenchmark(t *testing.T, got *benchfmt.Result, trial result.Trial) {
	t.Helper()
	base, parts := got.Name.Parts()
	if string(base) != "Delivery" || len(parts) != 2 || string(parts[0]) != "/transport="+string(trial.Transport) || string(parts[1]) != "-2" {
		t.Errorf("named %s, want it of %s on 2 processors", got.Name, trial.Transport)
	}
	if int64(got.Iters) != trial.Messages.Delivered {
		t.Errorf("%s: %d iterations, want %d", got.Name, got.Iters, trial.Messages.Delivered)
	}
	for unit, want := range map[string]float64{
		"latency-mean-sec":         trial.Latency.Mean.Seconds(),
		"latency-p999-sec":         trial.Latency.P999.Seconds(),
		"server-memory-B":          float64(trial.Server.RSS),
		"messages-lost":            0,
		"wire-requests_per_second": float64(trial.Wire.Steady.Requests) / trial.Wire.Window.Seconds(),
	} {
		if v, ok := got.Value(unit); !ok || v < want*(1-1e-9) || v > want*(1+1e-9) {
			t.Errorf("%s: %s = %v, want %v", got.Name, unit, v, want)
		}
	}
	if _, polls := got.Value("poll_lag-p99-sec"); polls != (trial.Transport == scenario.ShortPoll) {
		t.Errorf("%s has a poll lag: %v", got.Name, polls)
	}
	for key, want := range map[string]string{"goos": "linux", "pkg": "pollpush", "poll-interval": "400ms", "trials": "", "transports": ""} {
		if value := got.GetConfig(key); value != want {
			t.Errorf("%s: %q, want %q", key, value, want)
		}
	}
}
