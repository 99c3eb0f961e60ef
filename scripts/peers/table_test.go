package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sample is a file with a run of everything, whose figures can be reckoned by heart.
func sample() file {
	f := file{Versions: map[string]string{"wrk": "wrk 4 [epoll]", "k6": "k6|v1"}}
	f.Tool.Version, f.Tool.Commit = "1", "c"
	f.Host.Kernel, f.Host.CPUs, f.Host.CPUModel = "Linux 6", 2, "A"
	one := 1.0
	for _, t := range []struct {
		tool   string
		factor int64
	}{{"bench", 1}, {"k6", 20}} {
		f.Generators = append(f.Generators, generatorRun{Job: sockets, Tool: t.tool, Clients: fewClients, Memory: 10_000_000})
		for round := range 3 {
			noise := int64(round) * 1_000_000
			f.Generators = append(f.Generators, generatorRun{
				Job: sockets, Tool: t.tool, Round: round + 1, Clients: 1010, Window: 2 * time.Second, Done: 4000,
				CPU: time.Duration(t.factor) * 40 * time.Millisecond, Memory: 9_000_000 + noise + t.factor*10_000_000,
				Reported: []latency{{Of: "a <b>", Mean: &one}}, Behind: t.tool == "k6" && round == 1,
			})
		}
	}
	for _, server := range servers {
		f.Servers = append(f.Servers, serverRun{
			Server: server.name, Transport: "sse", Clients: 100, Published: 10, Delivered: 999, Wrong: 1,
			CPU: 9990 * time.Microsecond, Before: 5_000_000, Memory: 6_000_000, Latency: latency{Mean: &one, P50: &one, P99: &one, Max: &one},
		})
	}
	return f
}

func TestTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	if err := measureInto(path, func(f *file) error { *f = sample(); return nil }); err != nil {
		t.Fatal(err)
	}
	f, err := readFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := f.table()
	for _, want := range []string{
		"Each of 1010 clients follows",
		"| bench | 2000 | 100000 | 10.0 | 1.0 | 10.0 | 1.0 |\n",
		"| k6 | 2000 | 5000? | 200.0? | 20.0 | 200.0 | 20.0 |\n",
		"| k6 | a &lt;b> | 1.00 | – | – | – |\n",
		"| sse | nchan | 999 of 1000, 1 wrong | 1.00 | 1.00 | 1.00 | 10.0 | 10.0 | 5.0 |\n",
		`Versions: pollpush: 1 (c); k6: k6\|v1; wrk: wrk 4 [epoll].`,
		"\n? It fell behind",
		"On: Linux 6, 2 × A",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no\n%s in\n%s", want, got)
		}
	}
}

func TestTableOfNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.json")
	if err := measureInto(path, func(*file) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"table", path}, {"table", path + "x"}} {
		var stderr strings.Builder
		if code := run(t.Context(), args, nil, t.Output(), &stderr); code != 1 || !strings.Contains(stderr.String(), "peers: ") {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
	}
}

func TestNoTool(t *testing.T) {
	var stderr strings.Builder
	if code := run(t.Context(), []string{"generators", "--bench", "/nowhere/bench"}, nil, t.Output(), &stderr); code != 2 || !strings.Contains(stderr.String(), `no bench here ("/nowhere/bench")`) {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

func TestBehind(t *testing.T) {
	w := work{job: jobs(size{})[0], window: 8 * time.Second}
	for mean, want := range map[float64]bool{200: false, 201: true} {
		if got := (generatorRun{Reported: []latency{{Mean: &mean}}}).isBehind(w); got != want {
			t.Errorf("a mean of %v ms: %t, want %t", mean, got, want)
		}
	}
	late := 5000.0
	if w.transport = "short-poll"; (generatorRun{Reported: []latency{{Mean: &late}}}).isBehind(w) {
		t.Error("polls wait for their clients")
	}
}
