package pollpush_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every shell block of these documents works as it is printed, one after the other in a folder of its own. Runs
// are made small, and nothing else is changed: see small.
func TestRecipes(t *testing.T) {
	t.Parallel()
	_, service, admin := startTarget(t)
	folder, err := filepath.Abs(scenarios)
	if err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("http://127.0.0.1:8080", service, "http://127.0.0.1:9090", admin, "127.0.0.1:9091", "127.0.0.1:0",
		scenarios, folder, "latency.p99 > 250ms", "latency.p99 > 3600s")
	path := small(t) + string(filepath.ListSeparator) + os.Getenv("PATH")
	for _, document := range []string{"docs/getting-started.md", "docs/cookbook.md"} {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			blocks := shellBlocks(readFile(t, document))
			if len(blocks) < 4 {
				t.Errorf("only %d blocks were found", len(blocks))
			}
			prepare(t, dir, path, document)
			for _, block := range blocks {
				if args, ok := strings.CutPrefix(block, "target "); ok {
					servesAndEnds(t, strings.Fields(args))
					continue
				}
				cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", here.Replace(block))
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+path)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s\n%s", err, block, out)
				}
			}
		})
	}
}

// prepare makes what the cookbook has from getting started.
func prepare(t *testing.T, dir, path, document string) {
	t.Helper()
	if document != "docs/cookbook.md" {
		return
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "bench run --quiet --out result.json")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// small returns a folder with a bench whose runs are small: it is the program, with flags added that come last
// and so win. How often it is run is left alone, unless that is asked for.
func small(t *testing.T) string {
	t.Helper()
	flags := slices.Concat(scale, []string{"--topics", "2", "--cooldown", "0s"})
	text := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in\n*--trials*) few='--trials 1' ;;\nesac\n"+
		"case \"$1\" in\nrun) exec %[1]q \"$@\" %[2]s $few ;;\n*) exec %[1]q \"$@\" ;;\nesac\n",
		filepath.Join(programs, "bench"), strings.Join(flags, " "))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bench"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shellBlocks returns what a document's shell blocks hold.
func shellBlocks(markdown string) []string {
	var blocks []string
	for {
		_, rest, ok := strings.Cut(markdown, "\n```sh\n")
		if !ok {
			return blocks
		}
		block, after, _ := strings.Cut(rest, "\n```\n")
		blocks, markdown = append(blocks, block), "\n"+after
	}
}

// The Chinese README has the commands of the English one, and its blocks and links lead to the same places.
func TestReadmesAgree(t *testing.T) {
	english, chinese := readFile(t, "README.md"), readFile(t, "README.zh-CN.md")
	want, got := withoutComments(shellLines(english)), withoutComments(shellLines(chinese))
	if !slices.Equal(want, got) {
		t.Errorf("the commands differ:\n%q\n%q", want, got)
	}
	for _, headings := range []struct{ mark string }{{"\n## "}, {"\n| "}, {"\n```"}, {"](docs/"}} {
		if a, b := strings.Count(english, headings.mark), strings.Count(chinese, headings.mark); a != b {
			t.Errorf("%q is there %d times in English, %d times in Chinese", headings.mark, a, b)
		}
	}
}

func withoutComments(lines []string) []string {
	var all []string
	for _, line := range lines {
		line, _, _ = strings.Cut(line, "  #")
		all = append(all, strings.TrimSpace(line))
	}
	return all
}
