package pollpush_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

const monitoring = "scripts/monitoring"

// What comes with the programs for Prometheus and Grafana works: a real Prometheus scrapes a real run by the
// configuration that is there, takes the rules, and has data for every query of theirs and of the dashboard.
func TestMonitoring(t *testing.T) {
	t.Parallel()
	requireTools(t, "prometheus", "promtool")
	_, service, admin := startTarget(t)
	metrics := freeAddress(t)
	api := startPrometheus(t, strings.TrimPrefix(admin, "http://"), metrics)
	waitForData(t, api, `up{job="pollpush-bench"}`, time.Now().Add(time.Minute)) // it counts only what it sees happen
	bench := program(t, "bench", append(append([]string{"run"}, quick...), "--duration", "3s", "--warmup", "500ms",
		"--target", service, "--admin", admin, "--metrics-addr", metrics, "--linger", "1h")...)
	stderr := start(t, bench)
	readTo(t, stderr, "lingering")

	deadline := time.Now().Add(30 * time.Second) // for a last scrape, and the rules after it
	for _, q := range append(dashboardQueries(t), ruleQueries(t)...) {
		waitForData(t, api, q, deadline)
	}
	if err := bench.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := bench.Wait(); err != nil {
		t.Errorf("bench lingered after a run that went well, and was told to end: %v", err)
	}
}

// startPrometheus starts one with the configuration that comes with the programs, for these two addresses,
// and returns the URL of its API.
func startPrometheus(t *testing.T, target, bench string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"prometheus.yml", "rules.yml", "alerts.yml"} {
		text, err := os.ReadFile(filepath.Join(monitoring, name))
		if err != nil {
			t.Fatal(err)
		}
		config := strings.NewReplacer("127.0.0.1:9090\"]", target+"\"]", "127.0.0.1:9091\"]", bench+"\"]", ": 1s", ": 200ms").Replace(string(text))
		if err := os.WriteFile(filepath.Join(folder, name), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(folder, "prometheus.yml")
	if out, err := exec.Command("promtool", "check", "config", config).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address := freeAddress(t)
	prometheus := exec.CommandContext(t.Context(), "prometheus", "--config.file", config, "--web.listen-address", address,
		"--storage.tsdb.path", filepath.Join(folder, "data"))
	stderr := start(t, prometheus)
	readTo(t, stderr, "Server is ready")
	go func() { _, _ = io.Copy(io.Discard, stderr) }() // it ends with the program
	return "http://" + address + "/api/v1/"
}

// freeAddress returns one that nobody listens on at the moment. It is not where targets listen: one that was
// given its port would be scraped, and count what no client of its own sent.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.7.7.7:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// dashboardQueries returns the queries of the dashboard's panels, and checks that each panel says what it shows.
func dashboardQueries(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(monitoring, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID                       int
			Type, Title, Description string
			Targets                  []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	var queries []string
	ids := make(map[int]bool)
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("panel %d %q: want an id of its own, a title, a description and a query", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			queries = append(queries, strings.ReplaceAll(target.Expr, "$__rate_interval", "1m"))
		}
	}
	return queries
}

// comparison is the end of an alert's expression: what is looked at stands before it.
var comparison = regexp.MustCompile(` [<>] [0-9.]+$`)

// ruleQueries returns what rules record, as they name it, and what alerts look at.
func ruleQueries(t *testing.T) []string {
	t.Helper()
	var queries []string
	for _, name := range []string{"rules.yml", "alerts.yml"} {
		text, err := os.ReadFile(filepath.Join(monitoring, name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Groups []struct {
				Rules []struct{ Record, Alert, Expr string }
			}
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Groups {
			for _, r := range group.Rules {
				if r.Alert != "" && !comparison.MatchString(r.Expr) {
					t.Errorf("%s does not end in a comparison with a number", r.Alert)
				}
				if r.Record != "" {
					queries = append(queries, r.Record)
				} else {
					queries = append(queries, comparison.ReplaceAllString(r.Expr, ""))
				}
			}
		}
	}
	return queries
}

// waitForData asks until a query has an answer that is a number. Some have one for a while only, as long as there
// was traffic in the last minute.
func waitForData(t *testing.T, api, query string, deadline time.Time) {
	t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		n, err := numbers(api + "query?query=" + url.QueryEscape("max_over_time(("+query+")[5m:1s])"))
		switch {
		case err == nil && n > 0:
			return
		case time.Now().After(deadline):
			t.Errorf("%s has no data: %v", query, err)
			return
		}
		<-again.C
	}
}

// numbers returns how many numbers a query of Prometheus answers with.
func numbers(query string) (int, error) {
	response, err := http.Get(query)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value []any }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("%s: %s", answer.Status, answer.Error)
	}
	n := 0
	for _, r := range answer.Data.Result {
		if len(r.Value) != 2 {
			continue
		}
		text, _ := r.Value[1].(string)
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) {
			n++
		}
	}
	return n, nil
}

// What --openmetrics writes is made a database of by promtool, with what the run counted in it.
func TestOpenMetricsOfARun(t *testing.T) {
	t.Parallel()
	requireTools(t, "promtool")
	folder := t.TempDir()
	file, data := filepath.Join(folder, "run.om"), filepath.Join(folder, "data")
	args := append(append([]string{"run"}, quick...), "--quiet", "--transports", "websocket", "--openmetrics", file)
	if out, err := program(t, "bench", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command("promtool", "tsdb", "create-blocks-from", "openmetrics", file, data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(data, "wal"), 0o700); err != nil { // which dump looks for
		t.Fatal(err)
	}
	dump, err := exec.Command("promtool", "tsdb", "dump", data).Output()
	if err != nil {
		t.Fatal(err)
	}
	// 20 clients and 3 messages in 600 ms: the last sample of the run.
	if !regexp.MustCompile(`__name__="pollpush_bench_messages_total", outcome="delivered", transport="websocket"} 60 `).Match(dump) {
		t.Errorf("no 60 deliveries in\n%s", dump)
	}
}

// requireTools skips a test for which a tool is missing. CI sets POLLPUSH_REQUIRE, and there it fails.
func requireTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("POLLPUSH_REQUIRE") != "" {
			t.Fatalf("%s is not there, and POLLPUSH_REQUIRE is set", name)
		}
		t.Skipf("%s is not there", name)
	}
}
