package pollpush_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/doctor"
	"pollpush/internal/headers"
	"pollpush/internal/host"
	"pollpush/internal/scenario"
	"pollpush/internal/scenariofile"
)

// scale makes a command of the README small enough for a test. Flags given last win.
var scale = append([]string{"--clients", "10", "--warmup", "100ms", "--duration", "500ms", "--rate", "5", "--poll-interval", "200ms"}, patience...)

// Every command of the README that runs one of the programs works as it is printed.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	_, service, admin := startTarget(t)
	folder, err := filepath.Abs(scenarios)
	if err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("http://127.0.0.1:8080", service, "http://127.0.0.1:9090", admin, "127.0.0.1:9091", "127.0.0.1:0",
		scenarios, folder)
	commands := 0
	for _, line := range shellLines(readFile(t, "README.md")) {
		name, args, ok := goRun(here.Replace(line))
		if !ok {
			continue
		}
		commands++
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if name == "target" {
				servesAndEnds(t, args)
				return
			}
			switch {
			case len(args) == 0:
				args = append([]string{"run"}, scale...)
			case args[len(args)-1] == "--help", args[0] == "trace", args[0] == "predict", args[0] == "doctor": // they are small
			case args[0] == "quantum-leap":
				args = append(append(args, "--clients", "10", "--warmup", "0s", "--duration", "600ms"), patience...)
			default:
				args = append(args, scale...)
			}
			cmd := program(t, name, args...)
			cmd.Dir = t.TempDir() // for what --out writes
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	if commands < 5 {
		t.Errorf("only %d commands were found", commands)
	}
}

func servesAndEnds(t *testing.T, args []string) {
	t.Helper()
	cmd := program(t, "target", append(args, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len("serving"))
	if _, err := stdout.Read(first); err != nil || string(first) != "serving" {
		t.Errorf("it said %q, %v", first, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// What the docs show between markers is what the published results say.
func TestSnippets(t *testing.T) {
	sweeps, err := filepath.Glob("results/*/scenario.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents := []string{"README.md", "README.zh-CN.md"}
	for _, sweep := range sweeps {
		documents = append(documents, filepath.Join(filepath.Dir(sweep), "README.md"))
	}
	for _, document := range documents {
		if out, err := program(t, "bench", "report", "--update", document, "--check").CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	published, err := program(t, "bench", "report", "--format", "markdown", "results/default/result.json").Output()
	if err != nil || string(published) != readFile(t, "results/default/table.md") {
		t.Errorf("results/default/table.md is not what its result says: run results/default/run (%v)", err)
	}
}

// The tables of the docs are those of the published runs, and no others.
func TestPublishedTables(t *testing.T) {
	for _, v := range []struct{ document, table string }{
		{"README.md", "results/layers/chrome.md"},
		{"docs/layers.md", "results/layers/table.md"},
		{"docs/layers.md", "results/layers/deflate.md"},
		{"results/growth/README.md", "results/growth/table.md"},
	} {
		_, rest, ok := strings.Cut(readFile(t, v.document), "<!-- "+v.table+" -->\n")
		shown, _, closed := strings.Cut(rest, "<!-- end -->")
		if !ok || !closed {
			t.Errorf("%s has no place for %s", v.document, v.table)
			continue
		}
		if published := readFile(t, v.table); strings.TrimSpace(shown) != strings.TrimSpace(published) {
			t.Errorf("%s does not have %s: run %s/run", v.document, v.table, filepath.Dir(v.table))
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// shellLines returns the lines of a document's shell blocks, without comments.
func shellLines(markdown string) []string {
	var lines []string
	inside := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case inside && line != "":
			line, _, _ = strings.Cut(line, " #")
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// goRun takes a command apart that runs one of the programs with the go command.
func goRun(line string) (name string, args []string, ok bool) {
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "go" || words[1] != "run" {
		return "", nil, false
	}
	return strings.TrimPrefix(words[2], "./cmd/"), words[3:], true
}

// The header profile in the docs is one that can be used.
func TestHeadersExample(t *testing.T) {
	_, rest, _ := strings.Cut(readFile(t, filepath.Join("docs", "headers.md")), "\n```\n")
	example, _, ok := strings.Cut(rest, "\n```\n")
	if !ok {
		t.Fatal("docs/headers.md has no example")
	}
	path := filepath.Join(t.TempDir(), "own.headers")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	profile, err := headers.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(profile.Fetch) != 4 || len(profile.EventSource) != 3 || len(profile.WebSocket) != 2 || len(profile.HTTP2) != 1 || len(profile.Response) != 2 {
		t.Errorf("the example is read as %+v", profile)
	}
}

// The docs list every key of a scenario file, with what it decides and what the result calls that, and their
// example is one that can be read.
func TestScenarioKeys(t *testing.T) {
	document := readFile(t, filepath.Join("docs", "scenarios.md"))
	var documented []string
	for line := range strings.Lines(document) {
		if strings.HasPrefix(line, "| `") {
			documented = append(documented, strings.Join(strings.Split(line, " | ")[:2], " | "))
		}
	}
	var keys []string
	for _, key := range scenariofile.Keys() {
		keys = append(keys, fmt.Sprintf("| `%s` | `%s`", key.Name, key.Field))
	}
	if diff := cmp.Diff(keys, documented); diff != "" {
		t.Errorf("keys and docs/scenarios.md (+) differ:\n%s", diff)
	}
	_, rest, _ := strings.Cut(document, "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	path := filepath.Join(t.TempDir(), "example.yaml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := scenariofile.Read(path); err != nil || len(f.Settings) != strings.Count(example, ": ") {
		t.Errorf("the example: %v\n%s", err, example)
	}
}

// The docs have each check of the doctor, in the order in which it shows them.
func TestDoctorChecks(t *testing.T) {
	_, table, _ := strings.Cut(readFile(t, filepath.Join("docs", "doctor.md")), "| check | warns, or refuses | why |\n| --- | --- | --- |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented, checks []string
	for line := range strings.Lines(table) {
		documented = append(documented, strings.TrimPrefix(strings.Split(line, " | ")[0], "| "))
	}
	for _, f := range doctor.Examine(doctor.Plan{Scenario: scenario.Default()}, host.Reading{}) {
		checks = append(checks, f.Check)
	}
	if diff := cmp.Diff(checks, documented); diff != "" {
		t.Errorf("checks and docs/doctor.md (+) differ:\n%s", diff)
	}
}

// The docs name every scenario that comes with the programs.
func TestScenariosAreNamed(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(scenarios, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	document := readFile(t, filepath.Join("docs", "scenarios.md"))
	for _, path := range paths {
		if link := "](../" + filepath.ToSlash(path) + ")"; !strings.Contains(document, link) {
			t.Errorf("docs/scenarios.md has no link to %s", path)
		}
	}
}
