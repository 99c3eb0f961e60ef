package pollpush_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// publication is a copy of what the scripts of published runs need, with one run named tiny, and the built program in place
// of a build.
func publication(t *testing.T, scenario string) string {
	t.Helper()
	requireTools(t, "bash", "jq", "make")
	dir := t.TempDir()
	files := map[string]string{
		"Makefile":                   "build:\n\tmkdir -p bin && cp " + filepath.Join(programs, "bench") + " bin/\n",
		"results/tiny/scenario.yaml": scenario,
		"results/tiny/README.md":     "before\n<!-- pollpush:begin result=result.a.json result=result.b.json against=rate -->\n<!-- pollpush:end -->\n",
		"results/tiny/result.a.json": "an old result",
		"results/tiny/run":           "#!/usr/bin/env bash\nexec \"$(dirname \"$0\")/../../scripts/sweep\" tiny rate\n",
		"scripts/sweep":              readFile(t, "scripts/sweep"),
		"scripts/reproduce":          readFile(t, "scripts/reproduce"),
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// reproduce runs scripts/reproduce in a publication, and returns its exit code and what it printed.
func reproduce(t *testing.T, dir string, names ...string) (int, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "scripts", "reproduce"), names...)
	out, _ := cmd.CombinedOutput() // the exit code says it
	return cmd.ProcessState.ExitCode(), string(out)
}

// A published run is made again by its name: results, charts, and the table in its page.
func TestReproduce(t *testing.T) {
	dir := publication(t, "clients: 5\ntransports: [sse, websocket]\nwarmup: 0s\nduration: 500ms\nvariants:\n  a: {rate: 4}\n  b: {rate: 8}\n")
	if code, out := reproduce(t, dir); code != 0 || !strings.Contains(out, "\n  tiny\n") {
		t.Errorf("without a name: %d\n%s", code, out)
	}
	for _, name := range []string{"other", "../results/tiny"} {
		if code, out := reproduce(t, dir, "tiny", name); code != 2 || !strings.Contains(out, "there is no published run "+name) {
			t.Errorf("%s: %d\n%s", name, code, out)
		}
	}
	here := filepath.Join(dir, "results", "tiny")
	if got := readFile(t, filepath.Join(here, "result.a.json")); got != "an old result" {
		t.Error("something was run before all names were known")
	}
	if code, out := reproduce(t, dir, "tiny"); code != 0 {
		t.Fatalf("%d\n%s", code, out)
	}
	page := readFile(t, filepath.Join(here, "README.md"))
	for _, want := range []string{"before\n", "| --rate ", "\n| 4 ", "\n| 8 "} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	charts, err := filepath.Glob(filepath.Join(here, "charts", "*.svg"))
	if err != nil || len(charts) == 0 {
		t.Errorf("%d charts, %v", len(charts), err)
	}
}

// What could not be measured leaves everything as it was.
func TestReproduceThatFails(t *testing.T) {
	dir := publication(t, "clients: 5\ntransports: [sse, nothing]\nvariants:\n  a: {rate: 4}\n  b: {rate: 8}\n")
	code, out := reproduce(t, dir, "tiny")
	if code == 0 || !strings.Contains(out, "results/tiny is left as it was") {
		t.Errorf("%d\n%s", code, out)
	}
	if got := readFile(t, filepath.Join(dir, "results", "tiny", "result.a.json")); got != "an old result" {
		t.Errorf("the old result is %q", got)
	}
}

// The list of published runs is that of the folders that have a command.
func TestResultsAreListed(t *testing.T) {
	list := readFile(t, "results/README.md")
	runs, err := filepath.Glob("results/*/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if name := filepath.Base(filepath.Dir(run)); !strings.Contains(list, "\n| ["+name+"]("+name+"/") {
			t.Errorf("results/README.md does not list %s", name)
		}
	}
}
