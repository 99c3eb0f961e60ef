package pollpush_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// scale makes a command of the README small enough for a test. Flags given last win.
var scale = []string{"--clients", "10", "--warmup", "100ms", "--duration", "500ms", "--rate", "5", "--poll-interval", "200ms"}

// Every command of the README that runs one of the programs works as it is printed.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	_, service, admin := startTarget(t)
	here := strings.NewReplacer("http://127.0.0.1:8080", service, "http://127.0.0.1:9090", admin, "127.0.0.1:9091", "127.0.0.1:0")
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
			if small := len(args) > 0 && (args[0] == "trace" || args[len(args)-1] == "--help"); !small {
				args = append(args, scale...)
				if args[0] != "run" {
					args = append([]string{"run"}, args...)
				}
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

// The README's table is that of the published run, and no other.
func TestReadmeTable(t *testing.T) {
	readme := readFile(t, "README.md")
	_, rest, ok := strings.Cut(readme, "<!-- results/default/table.md -->\n")
	shown, _, closed := strings.Cut(rest, "<!-- end -->")
	if !ok || !closed {
		t.Fatal("the README has no place for the table")
	}
	if published := readFile(t, filepath.Join("results", "default", "table.md")); strings.TrimSpace(shown) != strings.TrimSpace(published) {
		t.Error("the README's table is not results/default/table.md: run results/default/run")
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
