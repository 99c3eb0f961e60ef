package pollpush_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pollpush/internal/child"
	"pollpush/internal/result"
	"pollpush/internal/worker"
)

// children returns the processes that a program started with an argument, by their identifiers.
func children(t *testing.T, parent int, argument string) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		var pid, of int
		var state rune
		if _, err := fmt.Sscanf(string(text[:bytes.IndexByte(text, ' ')]), "%d", &pid); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(string(text[bytes.LastIndexByte(text, ')')+2:]), "%c %d", &state, &of); err != nil {
			t.Fatal(err)
		}
		if line, err := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline")); err == nil && of == parent && bytes.HasSuffix(line, []byte("\x00"+argument+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// A generator or a target that is killed in the middle is left out with its share. The others go on and end, the
// books of what is left balance, and the verdict says who is missing. Nobody is left behind.
func TestSpreadRunLosesAProcess(t *testing.T) {
	for _, test := range []struct {
		role, says string
		targets    int
		left       int // clients of 24
		books      bool
	}{
		{worker.Command, "generator [1-3] of 3 is left out, with its 8 of 24 clients: it ended in the middle of the trial", 3, 16, true},
		{worker.Command, "generator [1-3] of 3 is left out, with its 8 of 24 clients: it ended in the middle of the trial", 1, 16, false},
		{child.Command, "target [1-3] of 3 is left out, with its 8 of 24 clients: it ended in the middle of the trial", 3, 16, true},
	} {
		t.Run(fmt.Sprintf("%s of %d targets", test.role, test.targets), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "r.json")
			bench := program(t, "bench", append([]string{
				"run", "--transports", "websocket", "--clients", "24", "--rate", "20", "--warmup", "0s", "--duration", "3s", "--out", out,
				"--processes", "3", "--target-processes", fmt.Sprint(test.targets),
			}, patience...)...)
			stderr := start(t, bench)
			said := readTo(t, stderr, "window")
			pids := children(t, bench.Process.Pid, test.role)
			if want := map[string]int{worker.Command: 3, child.Command: test.targets}[test.role]; len(pids) != want {
				t.Fatalf("%d of %s, want %d", len(pids), test.role, want)
			}
			if err := syscall.Kill(pids[1], syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(stderr) // ends when nobody has it open any more: no child is left
			if err != nil {
				t.Fatal(err)
			}
			_ = bench.Wait() // the exit code is what counts
			if code := bench.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(rest), "bench: a trial is invalid") {
				t.Errorf("exit code %d\n%s%s", code, said, rest)
			}
			r := readResult(t, out).Trials[0]
			m := r.Messages
			if !r.Complete || r.Clients != (result.Clients{Asked: 24, Connected: test.left}) || *m.Published != 60 || *m.Expected != int64(60*test.left) || m.Delivered != *m.Expected || *m.Lost != 0 {
				t.Errorf("complete %v, %+v, %d delivered of %d, %d lost", r.Complete, r.Clients, m.Delivered, *m.Expected, *m.Lost)
			}
			if d := r.Server.Books.Difference; (d != nil) != test.books || d != nil && *d != 0 {
				t.Errorf("the books differ by %v", d)
			}
			if !slices.ContainsFunc(r.Verdict.Reasons, regexp.MustCompile(test.says).MatchString) || r.Verdict.State != result.Invalid {
				t.Errorf("verdict = %+v", r.Verdict)
			}
		})
	}
}

func readResult(t *testing.T, path string) result.Result {
	t.Helper()
	f, err := os.Open(path)
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

// An interrupt ends all processes at once, and shows what they had; and the metrics meanwhile are the sums.
func TestSpreadRunInterrupted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "r.json")
	bench := program(t, "bench", "run", "--transports", "long-poll", "--clients", "9", "--warmup", "0s", "--duration", "1h",
		"--processes", "3", "--target-processes", "2", "--metrics-addr", "127.0.0.1:0", "--source-addresses", "127.0.0.2-127.0.0.5", "--out", out)
	stderr := start(t, bench)
	url := regexp.MustCompile(`http://\S+/metrics`).FindString(readTo(t, stderr, "metrics on"))
	readTo(t, stderr, "window")
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`pollpush_bench_clients{state="ready",transport="long-poll"} 9`,
		`pollpush_bench_phase{phase="window",transport="long-poll"} 1`,
		`pollpush_bench_connections_total{transport="long-poll"} 9`,
		`pollpush_bench_requests_total{outcome="empty",transport="long-poll"} 9`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if err := bench.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // the exit code is what counts
	if code := bench.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(rest), "bench: the run was cut short: what is shown is incomplete") {
		t.Errorf("exit code %d\n%s", code, rest)
	}
	r := readResult(t, out)
	if trial := r.Trials[0]; trial.Complete || trial.Clients.Connected != 9 || trial.Messages.Lost != nil || r.SourceAddresses != "127.0.0.2-127.0.0.5" {
		t.Errorf("%+v from %s", trial.Clients, r.SourceAddresses)
	}
}

// Whatever ends bench, its generators and targets end as well.
func TestKilledSpreadRunLeavesNobody(t *testing.T) {
	bench := program(t, "bench", append([]string{"run", "--transports", "sse", "--duration", "1h", "--processes", "2", "--target-processes", "2"}, quick[:2]...)...)
	stderr := start(t, bench)
	readTo(t, stderr, "window")
	if err := bench.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// All have bench's standard error as their own: the pipe ends when the last is gone.
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // it was killed
}
