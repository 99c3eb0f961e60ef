package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/scenario"
)

// tool is a load generator.
type tool struct {
	name string
	// program is what is run, a name or a path.
	program string
	// version are the arguments that make it say which one it is.
	version []string
	// jobs are the names of those that it can do.
	jobs []string
	// publishes says that it tells the target itself what to publish.
	publishes bool
	// prepare puts what it needs besides into the run's folder; nil if that is nothing.
	prepare func(work) error
	// arguments returns how it is told what to do.
	arguments func(work) []string
	// report reads what it says about the run, from what it printed and the files that it left.
	report func(w work, printed string) ([]latency, error)
}

// tools returns those that are compared, ours first.
func tools(bench, k6 string) []tool {
	return []tool{
		{
			name: "bench", program: bench, version: []string{"--version"}, jobs: []string{sockets, own, polls, closed},
			publishes: true, arguments: benchArguments, report: benchReport,
		},
		{
			name: "k6", program: k6, version: []string{"version"}, jobs: []string{sockets, own, polls, closed},
			prepare: prepareK6, arguments: k6Arguments, report: k6Report,
		},
		{
			name: "wrk", program: "wrk", version: []string{"-v"}, jobs: []string{closed},
			arguments: wrkArguments, report: wrkReport,
		},
		{
			name: "h2load", program: "h2load", version: []string{"--version"}, jobs: []string{closed},
			arguments: h2loadArguments, report: h2loadReport,
		},
	}
}

func (t tool) does(j job) bool { return slices.Contains(t.jobs, j.name) }

// says returns the first line of what the tool says about its version.
func (t tool) says(ctx context.Context) (string, error) {
	printed, err := exec.CommandContext(ctx, t.program, t.version...).CombinedOutput() //nolint:gosec // it is one of the tools
	first, _, _ := strings.Cut(string(printed), "\n")
	if err != nil && first == "" { // wrk exits with 1
		return "", err
	}
	first, _, _ = strings.Cut(first, " Copyright")
	return strings.TrimSpace(first), nil
}

// threads are what a tool that has threads is given: as many as a Go program takes.
const threads = "2"

func wrkArguments(w work) []string {
	length := w.length() + w.connecting()
	return []string{
		"--threads", threads, "--connections", strconv.Itoa(w.clients), "--duration", strconv.Itoa(int(length.Seconds()+1)) + "s",
		"--latency", w.service + pollPath,
	}
}

func h2loadArguments(w work) []string {
	length := w.length() + w.connecting()
	return []string{
		"--h1", "--threads", threads, "--clients", strconv.Itoa(w.clients), "--duration", strconv.Itoa(int(length.Seconds() + 1)),
		w.service + pollPath,
	}
}

// benchArguments say that bench may be as late as it likes: what is looked at is what it costs.
func benchArguments(w work) []string {
	const warmup = time.Second
	arguments := []string{
		"run", "--quiet", "--target", w.service, "--admin", w.admin, "--out", benchResult(w),
		"--limit", "poll-lag=1000000%:1000000%", "--limit", "generator-lag=1h:1h", "--limit", "publish-lag=1h:1h", "--limit", "backlog=100%:100%",
		"--limit", "generator-cpu=1000%:1000%",
		"--transports", string(w.transport), "--clients", strconv.Itoa(w.clients), "--headers", "minimal",
		"--warmup", warmup.String(), "--duration", w.length().String(),
	}
	rate, interval, pacing := w.rate, w.interval, scenario.FixedDelay
	if rate == 0 {
		rate = 0.001 // the first would be due long after the end
	}
	if w.name == closed { // every poll is late, and leaves when the one before it was answered
		interval, pacing = time.Millisecond, scenario.FixedRate
	}
	arguments = append(arguments, "--topics", strconv.Itoa(w.topics()), "--rate", strconv.FormatFloat(rate, 'g', -1, 64))
	if interval > 0 {
		arguments = append(arguments, "--poll-interval", interval.String(), "--poll-pacing", string(pacing))
	}
	return arguments
}

func benchResult(w work) string { return filepath.Join(w.folder, "bench.json") }

// wrkLatency finds in what wrk prints its average, and its distribution.
var (
	wrkLatency    = regexp.MustCompile(`(?m)^\s+Latency\s+(\S+)\s+\S+\s+(\S+)`)
	wrkPercentile = regexp.MustCompile(`(?m)^\s+(50|99)%\s+(\S+)`)
	h2loadRequest = regexp.MustCompile(`(?m)^time for request:\s+(\S+)\s+(\S+)\s+(\S+)`)
)
