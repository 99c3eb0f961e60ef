package pollpush_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The script that measures what clients cost as they get more makes its results, its table of what was measured, and the
// exponents.
func TestGrowthScript(t *testing.T) {
	requireTools(t, "bash", "jq")
	dir := t.TempDir()
	page := "what is before\n<!-- results/growth/table.md -->\nan old table\n<!-- end -->\nwhat is after\n"
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "results/growth/run")
	cmd.Env = append(os.Environ(), "GROWTH_BENCH="+filepath.Join(programs, "bench"), "GROWTH_DIR="+dir,
		"GROWTH_CLIENTS=10 30", "GROWTH_SPREAD=", "GROWTH_WINDOW=500ms")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	table := readFile(t, filepath.Join(dir, "table.md"))
	for _, transport := range []string{"short-poll", "long-poll", "sse", "websocket"} {
		for _, row := range []string{"| 10 |", "| 30 |", "| 10 to 30 |"} {
			if got := strings.Count(table, "\n| "+transport+" "+row); got != 1 {
				t.Errorf("%d rows %s of %s in\n%s", got, row, transport, table)
			}
		}
	}
	want := "what is before\n<!-- results/growth/table.md -->\n" + table + "<!-- end -->\nwhat is after\n"
	if got := readFile(t, filepath.Join(dir, "README.md")); got != want {
		t.Errorf("the page is\n%s", got)
	}
}

// growing is a result of one trial whose costs are those of so many clients by some power.
const growing = `{"host":{"kernel":"K","cpus":2,"cpu_model":"C"},"tool":{"go":"go1","version":"0","commit":"0123456789abcdef"},"trials":[{
	"transport":"sse","clients":{"connected":CLIENTS},"connect_ns":CONNECT,"messages":{"delivered":100},
	"generator_lag":{"p99_ns":2000000},"publish_lag":{"p99_ns":3000000},"latency":{"count":1,"p50_ns":1000000,"p99_ns":2000000},
	"wire":{"window_ns":60000000000},"server":{"rss_bytes":SERVER,"cpu_user_ns":50000000,"cpu_system_ns":50000000},
	"generator":{"rss_bytes":8000000,"cpu_user_ns":0,"cpu_system_ns":0},"verdict":{"state":"VERDICT","reasons":["R"]}}]}`

// A cost is divided by what it is for, grows by the power that it does, and what grows by more than the clients do is
// named with what else there was.
func TestGrowthTable(t *testing.T) {
	requireTools(t, "jq")
	few := strings.NewReplacer("CLIENTS", "1000", "CONNECT", "1000000", "SERVER", "20000000", "VERDICT", "valid").Replace(growing)
	many := strings.NewReplacer("CLIENTS", "10000", "CONNECT", "100000000", "SERVER", "200000000", "VERDICT", "suspect").Replace(growing)
	cmd := exec.CommandContext(t.Context(), "jq", "-r", "-s", "-f", "results/growth/table.jq")
	cmd.Stdin = strings.NewReader(many + few)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"\n| sse | 1000 | 20 | 8 | 0.1 | 0 | 1000 | 0 | 1 | 2 | 1 | valid |\n",
		"\n| sse | 10000 | 20 | 0.8 | 0.01 | 0 | 1000 | 0 | 1 | 2 | 100 | suspect |\n",
		"\n| sse | 1000 to 10000 | 1 | 0 | 0 | ? | **2** | 0 |\n",
		"\n- sse, 1000 to 10000: connect time (2). At 10000 both together used 0.00167 of 2 processors, where it was 0.00167 of 2 processors before; " +
			"bench woke 2 ms late at the 99th percentile, and messages were published 3 ms late.\n",
		"\n- sse, 10000: suspect: R.\n",
		"\nOn: K, 2 × C, go1; pollpush 0 (0123456789ab).\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
