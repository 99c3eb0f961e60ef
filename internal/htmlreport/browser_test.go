package htmlreport_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Reports are opened in a real browser, light and dark, wide and as narrow as a phone, with scripts and without:
// nothing goes wrong, nothing is loaded, every chart is drawn, nothing is cut off, and axe-core finds nothing.
func TestInBrowser(t *testing.T) {
	const check = "../../scripts/report-check"
	browser := tool(t, "chromium is not installed", func() (string, error) {
		if path, err := exec.LookPath("chromium"); err == nil {
			return path, nil
		}
		return exec.LookPath("chromium-browser")
	})
	node := tool(t, "node is not installed", func() (string, error) { return exec.LookPath("node") })
	tool(t, "the packages of scripts/report-check are not installed: run npm ci there", func() (string, error) {
		_, err := os.Stat(filepath.Join(check, "node_modules"))
		return "", err
	})
	args := []string{filepath.Join(check, "check.js"), browser}
	dir := t.TempDir()
	for name, document := range reports(t) {
		path := filepath.Join(dir, name+".html")
		if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	slices.Sort(args[2:])
	said, err := exec.CommandContext(t.Context(), node, args...).CombinedOutput()
	if err != nil || !strings.Contains(string(said), "36 views, 0 complaints") {
		t.Errorf("%v\n%s", err, said)
	}
}

// tool returns where a tool is. Where it is not, the test is skipped; CI sets POLLPUSH_REQUIRE, and there it fails.
func tool(t *testing.T, missing string, find func() (string, error)) string {
	t.Helper()
	path, err := find()
	if err == nil {
		return path
	}
	if os.Getenv("POLLPUSH_REQUIRE") != "" {
		t.Fatal(missing + ", and POLLPUSH_REQUIRE is set")
	}
	t.Skip(missing)
	return ""
}
