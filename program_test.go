package pollpush_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// scenarios is the folder of those that come with the programs.
const scenarios = "scripts/scenarios"

// programs is the folder that the two built programs are in.
var programs string

// TestMain builds the programs once: what is tested here is what people run.
func TestMain(m *testing.M) {
	os.Exit(withPrograms(m.Run))
}

func withPrograms(run func() int) int {
	dir, err := os.MkdirTemp("", "pollpush-programs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/bench", "./cmd/target")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		return 1
	}
	programs = dir
	if err := touchSources(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run()
}

// touchSources looks at every file that the programs may be made of, or read. What the build reads is unknown to
// the test cache; what is looked at here is not.
func touchSources() error {
	for _, folder := range []string{"cmd", "internal", "pkg", scenarios, filepath.Join("results", "growth")} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// program returns a command that runs bench or target, and is killed when the test takes far too
// long.
func program(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, filepath.Join(programs, name), args...)
}

// patience lets a run be late: the machine may have others to serve.
var patience = []string{"--limit", "poll-lag=10000%:10000%", "--limit", "generator-lag=1h:1h", "--limit", "publish-lag=1h:1h", "--limit", "backlog=100%:100%"}

// TestScripts types commands and reads what they print.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", programs+string(filepath.ListSeparator)+env.Getenv("PATH"))
			path, err := filepath.Abs(scenarios)
			env.Setenv("SCENARIOS", path)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"result": checkResult,
		},
	})
}

// exits runs a program, and checks its exit code and that what it said has no stack trace:
// exits CODE PROGRAM [ARG...]. Its output is left in the files stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var stdout, stderr bytes.Buffer
	flags := args[2:]
	if len(flags) > 0 && (flags[0] == "run" || flags[0] == "quantum-leap") {
		flags = append(slices.Clip(flags[:1]), append(slices.Clone(patience), flags[1:]...)...)
	} else if len(flags) > 0 && strings.HasPrefix(flags[0], "--clients") {
		flags = append(slices.Clone(patience), flags...) // "run" was left out
	}
	cmd := exec.Command(filepath.Join(programs, args[1]), flags...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.Getenv("WORK"), &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("stdout"), stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("stderr"), stderr.Bytes(), 0o600))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, &stdout, &stderr)
	}
	for _, trace := range []string{"goroutine ", "panic:", ".go:"} {
		if strings.Contains(stderr.String(), trace) {
			ts.Fatalf("a person should not have to read this:\n%s", &stderr)
		}
	}
}

// checkResult checks that a result file is of a run that went well: result FILE TRIALS.
func checkResult(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: result FILE TRIALS")
	}
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	ts.Check(err)
	if want, err := strconv.Atoi(args[1]); err != nil || len(r.Trials) != want {
		ts.Fatalf("%d trials, want %s", len(r.Trials), args[1])
	}
	for _, t := range r.Trials {
		ts.Check(wellMeasured(t))
	}
}

// wellMeasured returns what is wrong with a trial, apart from how fast it was: that is the
// machine's business.
func wellMeasured(r result.Trial) error {
	m := r.Messages
	switch d := r.Server.Books.Difference; {
	case !r.Complete || r.Clients.Asked != r.Clients.Connected:
		return fmt.Errorf("%s: complete %v, clients %+v", r.Transport, r.Complete, r.Clients)
	case *m.Expected == 0 || *m.Expected != m.Delivered || *m.Lost != 0 || m.Duplicated != 0 || m.Reordered != 0:
		return fmt.Errorf("%s: messages %+v, lost %d", r.Transport, m, *m.Lost)
	case d == nil || *d != 0:
		return fmt.Errorf("%s: the books differ by %v", r.Transport, d)
	case r.Wire.Setup.Add(r.Wire.Steady.Ledger).Add(r.Wire.Other.Ledger) != r.Wire.Total.Ledger:
		return fmt.Errorf("%s: the ledgers do not add up", r.Transport)
	case r.Verdict.State == result.Invalid:
		return fmt.Errorf("%s: %v", r.Transport, r.Verdict.Reasons)
	}
	s, joins := r.Wire.Steady, int64(r.Clients.Connected-r.Clients.SetUp())
	if r.Transport == scenario.WebSocket && (s.Requests != 0 || s.Upgrades > joins || s.Connections != s.Upgrades) {
		return fmt.Errorf("websocket: %+v in steady state", s)
	}
	return nil
}

var quick = append([]string{"--clients", "20", "--duration", "600ms", "--warmup", "100ms", "--poll-interval", "100ms", "--rate", "5"}, patience...)

// An interrupt ends a run at once, shows what there is, and says that it is not all.
func TestInterruptedRun(t *testing.T) {
	bench := program(t, "bench", append([]string{"run", "--transports", "websocket", "--fail-if", "websocket.messages.delivered < 1000"}, append(slices.Clone(quick), "--duration", "1h")...)...)
	var stdout bytes.Buffer
	bench.Stdout = &stdout
	stderr := start(t, bench)
	said := readTo(t, stderr, "window")
	if err := bench.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stderr) // ends when nobody has it open any more: no child is left
	if err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // the exit code is what counts
	if code := bench.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1\n%s%s", code, said, rest)
	}
	for _, want := range []string{
		"bench: the run was cut short: what is shown is incomplete", "bench: --fail-if was not looked at: not all was measured",
	} {
		if !strings.Contains(string(rest), want) {
			t.Errorf("stderr: %s", rest)
		}
	}
	for _, want := range []string{"INCOMPLETE: 0 of 1 trials", "WebSocket", "incomplete"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
}

// While it runs, bench shows what it measures.
func TestMetricsOfARun(t *testing.T) {
	t.Parallel()
	bench := program(t, "bench", "run", "--transports", "long-poll", "--clients", "5", "--warmup", "0s", "--duration", "1h",
		"--metrics-addr", "127.0.0.1:0")
	stderr := start(t, bench)
	url := regexp.MustCompile(`http://\S+/metrics`).FindString(readTo(t, stderr, "metrics on"))
	readTo(t, stderr, "window")
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`pollpush_bench_clients{state="ready",transport="long-poll"} 5`,
		`pollpush_bench_phase{phase="window",transport="long-poll"} 1`,
		`pollpush_bench_connections_total{transport="long-poll"} 5`,
		`pollpush_bench_requests_total{outcome="empty",transport="long-poll"} 5`,
		`pollpush_build_info{`, `process_cpu_seconds_total `, `go_goroutines `,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if err := bench.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // it was interrupted
}

// Whatever ends bench, its target ends as well.
func TestKilledRunLeavesNoTarget(t *testing.T) {
	bench := program(t, "bench", append([]string{"run", "--transports", "sse", "--duration", "1h"}, quick[:2]...)...)
	stderr := start(t, bench)
	readTo(t, stderr, "window")
	if err := bench.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The target has bench's standard error as its own: the pipe ends when both are gone.
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // it was killed
}

// A target that runs already is measured, left running, and found to be gone when it is.
func TestRunningTarget(t *testing.T) {
	target, service, admin := startTarget(t)
	args := append([]string{"run", "--quiet", "--target", service, "--admin", admin}, quick...)
	out, err := program(t, "bench", args...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "target: "+service) {
		t.Errorf("%v\n%s", err, out)
	}

	bench := program(t, "bench", append(append([]string{"run", "--target", service, "--admin", admin}, quick...), "--duration", "2s", "--transports", "long-poll")...)
	stderr := start(t, bench)
	readTo(t, stderr, "window")
	if err := target.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // the exit code is what counts
	if code := bench.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(said), "bench: long-poll: ") || !strings.Contains(string(said), "refused") {
		t.Errorf("exit code %d\n%s", code, said)
	}
}

// What a target that runs already does not agree to is said before a client starts.
func TestDisagreeingTarget(t *testing.T) {
	_, plain, plainAdmin := startTarget(t)
	_, secure, secureAdmin := startTarget(t, "--tls")
	for _, v := range []struct {
		name, target, admin string
		flags               []string
		code                int
		says                string
	}{
		{"a certificate of nobody known", secure, secureAdmin, nil, 2,
			"bench: --target " + secure + ": TLS handshake: tls: failed to verify certificate: x509: certificate signed by unknown authority: name the certificate that it is signed by with --ca"},
		{"no check", secure, secureAdmin, []string{"--insecure"}, 0, ""},
		{"no check, over HTTP/2", secure, secureAdmin, []string{"--insecure", "--http", "2"}, 0, ""},
		{"no TLS", strings.Replace(plain, "http", "https", 1), plainAdmin, []string{"--insecure"}, 2, "first record does not look like a TLS handshake: see that it serves TLS 1.3"},
		{"no compression", plain, plainAdmin, []string{"--deflate", "takeover"}, 1, "the server does not compress messages: let it (--deflate takeover)"},
	} {
		t.Run(v.name, func(t *testing.T) {
			args := append([]string{"run", "--quiet", "--target", v.target, "--admin", v.admin}, quick...)
			cmd := program(t, "bench", append(args, v.flags...)...)
			out, _ := cmd.CombinedOutput() // the exit code is what counts
			if code := cmd.ProcessState.ExitCode(); code != v.code || !strings.Contains(string(out), v.says) {
				t.Errorf("exit code %d, want %d and %q\n%s", code, v.code, v.says, out)
			}
		})
	}
}

// A target ends cleanly on SIGTERM, and an address that is taken is said to be.
func TestTargetProgram(t *testing.T) {
	target, service, _ := startTarget(t)
	second := program(t, "target", "serve", "--listen", strings.TrimPrefix(service, "http://"), "--admin", "127.0.0.1:0")
	out, _ := second.CombinedOutput() // the exit code is what counts
	if code := second.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "target: service address: listen tcp") || !strings.Contains(string(out), "address already in use") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if err := target.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := target.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// start starts a program and returns its standard error.
func start(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	r, w, err := os.Pipe() // not StderrPipe: Wait would close it while a child still has it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	cmd.Stderr = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close() // the program has its own
	return bufio.NewReader(r)
}

// readTo reads lines up to one with a word, and returns them.
func readTo(t *testing.T, r *bufio.Reader, word string) string {
	t.Helper()
	var said strings.Builder
	for {
		line, err := r.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Fatalf("%v before %q:\n%s", err, word, &said)
		}
		if strings.Contains(line, word) {
			return said.String()
		}
	}
}

var serving = regexp.MustCompile(`serving (https?://\S+), admin (https?://\S+)`)

// startTarget starts a target on free ports and returns its two URLs.
func startTarget(t *testing.T, flags ...string) (cmd *exec.Cmd, service, admin string) {
	t.Helper()
	cmd = program(t, "target", append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, flags...)...)
	service, admin = awaitTarget(t, cmd)
	return cmd, service, admin
}

// awaitTarget starts a command that becomes a target and returns its two URLs.
func awaitTarget(t *testing.T, cmd *exec.Cmd) (service, admin string) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	m := serving.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("it said %q", line)
	}
	return m[1], m[2]
}
