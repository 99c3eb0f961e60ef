package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/child"
	"pollpush/pkg/clock"
)

// TestMain makes this program the target that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == child.Command {
		os.Exit(child.Run(context.Background(), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// lack skips a test for which something is missing. CI sets POLLPUSH_REQUIRE, and there it fails.
func lack(t *testing.T, missing error) {
	t.Helper()
	if os.Getenv("POLLPUSH_REQUIRE") != "" {
		t.Fatalf("%v, and POLLPUSH_REQUIRE is set", missing)
	}
	t.Skip(missing)
}

// Every server delivers every message of a trial, once and in order, and costs something. How long it takes is the
// machine's business.
func TestServe(t *testing.T) {
	for _, server := range servers {
		for _, over := range adapter.Transports() {
			t.Run(server.name+"/"+string(over), func(t *testing.T) {
				clk := clock.New()
				running, err := server.start(t.Context(), clk, t.Output())
				if errors.Is(err, adapter.ErrNoNchan) {
					lack(t, err)
				}
				if err != nil {
					t.Fatal(err)
				}
				defer running.Close()
				r, err := serve(t.Context(), running, clk, trial{
					transport: over, clients: 20, rate: 50, warmup: 100 * time.Millisecond, window: 200 * time.Millisecond,
				})
				if err != nil {
					t.Fatal(err)
				}
				if r.Published != 10 || r.Delivered != 200 || r.Wrong != 0 || *r.Latency.Max < *r.Latency.P50 || r.Memory <= 0 || r.Processes < 1 {
					t.Errorf("%+v", r)
				}
			})
		}
	}
}

// A server whose client fails is no figure.
func TestServeThatEnds(t *testing.T) {
	clk := clock.New()
	target, err := adapter.StartTarget(t.Context(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(target.PID())
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	time.AfterFunc(300*time.Millisecond, func() { _ = process.Kill() })
	if r, err := serve(t.Context(), target, clk, trial{transport: "sse", clients: 3, rate: 10, window: time.Minute}); err == nil {
		t.Errorf("%+v, want an error", r)
	}
}

// Each tool does a little of each of its jobs, and what it says can be read. k6 takes minutes to build, and so it
// is only where it is.
func TestGenerate(t *testing.T) {
	bench := filepath.Join(t.TempDir(), "bench")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bench, "pollpush/cmd/bench").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, tool := range tools(bench, "k6") {
		for _, j := range jobs(size{quick: true}) {
			if !tool.does(j) {
				continue
			}
			t.Run(tool.name+"/"+j.name, func(t *testing.T) {
				if _, err := exec.LookPath(tool.program); err != nil {
					if tool.name == "k6" {
						t.Skip(err)
					}
					lack(t, err)
				}
				w := work{job: j, clients: j.clients, settle: 100 * time.Millisecond, window: 500 * time.Millisecond}
				r, err := generateIn(t.Context(), tool, w, t.Output())
				if err != nil {
					t.Fatal(err)
				}
				if r.Done <= 0 || r.Memory <= 0 || r.Window < w.window || (len(r.Reported) == 0) != (tool.name == "bench" && j.name == closed) {
					t.Errorf("%+v", r)
				}
				for _, l := range r.Reported {
					if l.Mean == nil || l.Max == nil || *l.Max < *l.Mean {
						t.Errorf("%+v", l)
					}
				}
			})
		}
	}
}

// A tool that ends early is an error with what it said.
func TestGenerateThatEnds(t *testing.T) {
	says := tool{
		name: "false", program: "sh", arguments: func(work) []string { return []string{"-c", "echo it cannot; exit 1"} },
	}
	_, err := generateIn(t.Context(), says, work{job: jobs(size{quick: true})[0], clients: 1}, t.Output())
	if err == nil || !strings.Contains(err.Error(), "it ended early: it cannot") {
		t.Errorf("err = %v", err)
	}
}

// What cannot be is refused before anything is measured.
func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"servers", "--rounds", "0"}, "--rounds 0: want 1 or more"},
		{[]string{"servers", "--out", filepath.Join(t.TempDir(), "none", "servers.json")}, "cannot be written: no such file or directory"},
	} {
		var stdout, stderr strings.Builder
		if code := run(t.Context(), c.args, strings.NewReader(""), &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
			t.Errorf("%v: %d, %s, want %q", c.args, code, stderr.String(), c.want)
		}
	}
}
