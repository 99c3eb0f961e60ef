package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pollpush/internal/result"
)

// benchReport reads bench's result.
func benchReport(w work, _ string) ([]latency, error) {
	f, err := os.Open(benchResult(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	r, err := result.Read(f)
	if err != nil {
		return nil, err
	}
	if len(r.Trials) != 1 || !r.Trials[0].Complete {
		return nil, errors.New("bench did not complete its trial")
	}
	t := r.Trials[0]
	if t.Latency.Count == 0 {
		return nil, nil
	}
	return []latency{{
		Of:   "delivery latency",
		Mean: ms(t.Latency.Mean), P50: ms(t.Latency.P50), P99: ms(t.Latency.P99), Max: ms(t.Latency.Max),
	}}, nil
}

// errNotPrinted says that a tool did not print what it used to.
var errNotPrinted = errors.New("no latencies in what it printed: is it of another version?")

func wrkReport(_ work, printed string) ([]latency, error) {
	line := wrkLatency.FindStringSubmatch(printed)
	percentiles := wrkPercentile.FindAllStringSubmatch(printed, -1)
	if line == nil || len(percentiles) != 2 {
		return nil, fmt.Errorf("wrk: %w", errNotPrinted)
	}
	l := latency{Of: "Latency"}
	for _, v := range []struct {
		to   **float64
		text string
	}{{&l.Mean, line[1]}, {&l.Max, line[2]}, {&l.P50, percentiles[0][2]}, {&l.P99, percentiles[1][2]}} {
		d, err := time.ParseDuration(v.text)
		if err != nil {
			return nil, fmt.Errorf("wrk: %w", err)
		}
		*v.to = ms(d)
	}
	return []latency{l}, nil
}

func h2loadReport(_ work, printed string) ([]latency, error) {
	line := h2loadRequest.FindStringSubmatch(printed)
	if line == nil {
		return nil, fmt.Errorf("h2load: %w", errNotPrinted)
	}
	l := latency{Of: "time for request"}
	for _, v := range []struct {
		to   **float64
		text string
	}{{&l.Max, line[2]}, {&l.Mean, line[3]}} {
		d, err := time.ParseDuration(v.text)
		if err != nil {
			return nil, fmt.Errorf("h2load: %w", err)
		}
		*v.to = ms(d)
	}
	return []latency{l}, nil
}

// k6Trends are the metrics of k6 that are shown, by what they are of.
var k6Trends = []struct{ metric, of string }{
	{"delivery_latency", "Trend of the script, from due times"},
	{"http_req_duration", "http_req_duration"},
}

func k6Summary(w work) string { return filepath.Join(w.folder, "k6.json") }

// k6Report reads the summary that the script left.
func k6Report(w work, _ string) ([]latency, error) {
	text, err := os.ReadFile(k6Summary(w))
	if err != nil {
		return nil, err
	}
	var summary struct {
		Metrics map[string]struct {
			Values map[string]float64 `json:"values"`
		} `json:"metrics"`
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		return nil, fmt.Errorf("k6: summary: %w", err)
	}
	var found []latency
	for _, trend := range k6Trends {
		m, ok := summary.Metrics[trend.metric]
		if !ok || len(m.Values) == 0 || m.Values["count"] == 0 {
			continue
		}
		value := func(name string) *float64 {
			if v, ok := m.Values[name]; ok {
				return &v
			}
			return nil
		}
		found = append(found, latency{Of: trend.of, Mean: value("avg"), P50: value("med"), P99: value("p(99)"), Max: value("max")})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("k6: %w", errNotPrinted)
	}
	return found, nil
}
