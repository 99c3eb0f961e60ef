package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const wrkPrinted = `Running 2s test @ http://127.0.0.1:8080/poll?topic=0&after=0
  2 threads and 20 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.75ms    4.88ms  44.64ms   93.85%
    Req/Sec    12.04k     2.46k   16.78k    62.50%
  Latency Distribution
     50%  402.00us
     75%    1.01ms
     90%    3.87ms
     99%    1.02s 
  47931 requests in 2.00s, 3.70MB read
Requests/sec:  23947.63
Transfer/sec:      1.85MB
`

const h2loadPrinted = `finished in 2.00s, 23713.00 req/s, 1.83MB/s
requests: 47426 total, 47446 started, 47426 done, 47426 succeeded, 0 failed, 0 errored, 0 timeout
                     min         max         mean         sd        +/- sd
time for request:       35us     95.12ms       950us      2.06ms    95.93%
time for connect:      106us      1.04ms       577us       281us    60.00%
`

const k6Left = `{"metrics": {
  "delivery_latency": {"type": "trend", "contains": "time", "values": {"avg": 3.5, "med": 1.25, "p(99)": 48, "max": 49, "count": 800}},
  "http_req_duration": {"type": "trend", "values": {"avg": 0, "med": 0, "p(99)": 0, "max": 0, "count": 0}},
  "iterations": {"type": "counter", "values": {"count": 20, "rate": 6}}
}}`

func TestReports(t *testing.T) {
	w := work{folder: t.TempDir()}
	if err := os.WriteFile(k6Summary(w), []byte(k6Left), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		report  func(work, string) ([]latency, error)
		printed string
		want    string
	}{
		{wrkReport, wrkPrinted, "Latency 1.75 0.40 1020.00 44.64"},
		{h2loadReport, h2loadPrinted, "time for request 0.95 – – 95.12"},
		{k6Report, "", "Trend of the script, from due times 3.50 1.25 48.00 49.00"},
	} {
		got, err := c.report(w, c.printed)
		if err != nil || len(got) != 1 {
			t.Errorf("%+v, %v; want %s", got, err, c.want)
			continue
		}
		l := got[0]
		if s := fmt.Sprint(l.Of, " ", figure(l.Mean), " ", figure(l.P50), " ", figure(l.P99), " ", figure(l.Max)); s != c.want {
			t.Errorf("%s, want %s", s, c.want)
		}
	}
}

func TestReportsOfSomethingElse(t *testing.T) {
	w := work{folder: t.TempDir()}
	if got, err := benchReport(w, ""); err == nil {
		t.Errorf("no result: %+v, want an error", got)
	}
	for _, c := range []struct {
		report  func(work, string) ([]latency, error)
		printed []string
	}{
		{wrkReport, []string{"", h2loadPrinted, strings.ReplaceAll(wrkPrinted, "1.75ms", "soon"), strings.ReplaceAll(wrkPrinted, "99%", "98%")}},
		{h2loadReport, []string{"", wrkPrinted, strings.ReplaceAll(h2loadPrinted, "950us", "soon")}},
		{k6Report, []string{"", "{}", "[]", `{"metrics": {"http_req_duration": {}}}`}},
	} {
		for _, printed := range c.printed {
			if err := os.WriteFile(k6Summary(w), []byte(printed), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := c.report(w, printed); err == nil {
				t.Errorf("%q: %+v, want an error", printed, got)
			}
		}
	}
}

func TestMetric(t *testing.T) {
	const text = "# HELP a b\na{x=\"1\"} 3\na{x=\"2\"} 1.5e+06\nab 7\n"
	for name, want := range map[string]int64{`a{x="1"}`: 3, `a{x="2"}`: 1_500_000, "ab": 7, "a": 0} {
		if got := metric([]byte(text), name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
	}
}
