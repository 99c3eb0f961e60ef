package pollpush_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport is who may import what, the standard library apart: packages of this module by their
// folder, and modules of others. It is exact: what is imported stands here, and what stands here is
// imported. Tests may import more.
var mayImport = map[string][]string{
	".": {},

	// What is delivered, and what it is counted with.
	"pkg/clock": {"golang.org/x/sys"},
	"pkg/feed":  {"pkg/clock"},
	"pkg/wire":  {"pkg/clock", "golang.org/x/sys"},
	// Exchanges, over the versions of HTTP. Frames of HTTP/2 and their compression are a library's.
	"pkg/exchange": {"pkg/wire"},
	"pkg/http1":    {"pkg/exchange", "pkg/wire"},
	"pkg/http2":    {"pkg/exchange", "pkg/wire", "golang.org/x/net"},
	"pkg/metrics": {
		"pkg/transport", "pkg/wire", "github.com/HdrHistogram/hdrhistogram-go",
		"github.com/prometheus/client_golang", "github.com/prometheus/client_model", "github.com/prometheus/procfs", "golang.org/x/sys",
	},

	// Many readers, written to by few goroutines. It knows nothing of what goes over the wire.
	"pkg/fanout": {"pkg/feed", "pkg/transport"},

	// The transports. They never import each other, and none but wspush a library for its wire.
	"pkg/transport": {"pkg/clock", "pkg/exchange", "pkg/feed", "pkg/http1", "pkg/http2", "pkg/wire"},
	"pkg/ajaxpoll":  {"pkg/clock", "pkg/exchange", "pkg/feed", "pkg/transport", "pkg/wire"},
	"pkg/ssepush":   {"pkg/exchange", "pkg/fanout", "pkg/feed", "pkg/transport", "pkg/wire"},
	"pkg/wspush": {
		"pkg/exchange", "pkg/fanout", "pkg/feed", "pkg/http1", "pkg/transport", "pkg/wire", "github.com/coder/websocket",
	},

	// Values. They know nothing of who makes them.
	"internal/build":    {},
	"internal/host":     {"github.com/prometheus/procfs", "golang.org/x/sys"},
	"internal/scenario": {"internal/link", "pkg/feed"},
	"internal/textfile": {},
	"internal/visible":  {},
	"internal/headers":  {"internal/textfile", "pkg/exchange"},
	// What a scenario should cost, by formula. It knows no result: who has one compares.
	"internal/model": {"internal/scenario"},
	"internal/result": {
		"internal/build", "internal/headers", "internal/host", "internal/scenario", "internal/visible", "pkg/metrics", "pkg/wire",
	},

	// What a run does at the moment, on a terminal. It knows figures, and not where they come from.
	"internal/liveview": {},

	// What metrics were in the course of a run.
	"internal/openmetrics": {
		"github.com/prometheus/client_golang", "github.com/prometheus/client_model", "github.com/prometheus/common",
	},

	// Figures by name, and what is asked of them.
	"internal/metric": {"internal/result", "internal/scenario", "pkg/wire"},

	// The server under test. It never imports the engine, nor the engine it: they are two processes.
	"internal/admin": {"internal/scenario", "internal/textfile", "pkg/clock"},
	"internal/target": {
		"internal/admin", "internal/build", "internal/host", "internal/scenario", "pkg/ajaxpoll",
		"pkg/clock", "pkg/exchange", "pkg/fanout", "pkg/feed", "pkg/metrics", "pkg/ssepush", "pkg/transport",
		"pkg/wire", "pkg/wspush", "golang.org/x/net", "golang.org/x/sys",
	},
	"internal/child": {"internal/target", "pkg/clock"},

	// The generator. It reads the target's metrics, so it parses what Prometheus parses.
	"internal/engine": {
		"internal/admin", "internal/build", "internal/headers", "internal/host", "internal/link",
		"internal/result", "internal/scenario", "internal/source", "pkg/ajaxpoll", "pkg/clock", "pkg/exchange", "pkg/metrics",
		"pkg/ssepush", "pkg/transport", "pkg/wire", "pkg/wspush", "github.com/prometheus/client_model", "github.com/prometheus/common",
	},

	// What processes use, seen from outside.
	"internal/procs": {"github.com/prometheus/procfs"},

	// Other people's servers beside the target. It measures by what messages say and the kernel tells.
	"internal/adapter": {
		"internal/admin", "internal/child", "internal/scenario", "internal/target", "pkg/ajaxpoll", "pkg/clock",
		"pkg/exchange", "pkg/feed", "pkg/ssepush", "pkg/transport", "pkg/wire", "pkg/wspush",
	},

	// The generator in processes of their own. It knows how to call them, the engine what.
	"internal/worker": {"internal/child", "internal/engine"},

	// One exchange, taken apart. It parses the wire by itself: it checks what the transports book.
	"internal/trace": {
		"internal/admin", "internal/build", "internal/engine", "internal/headers",
		"internal/scenario", "internal/visible", "pkg/clock", "pkg/feed", "pkg/transport", "pkg/wire",
	},

	// What is shown. It never imports the engine: a stored result is shown as a fresh one is.
	"internal/report": {
		"internal/build", "internal/host", "internal/link", "internal/metric", "internal/result", "internal/scenario", "internal/visible",
		"pkg/metrics", "pkg/wire",
		"github.com/olekukonko/tablewriter",
	},

	// Where results stand in documents.
	"internal/snippet": {},

	// Charts: how they are drawn, which there are, and one document with all of them.
	"internal/chart": {"internal/visible", "git.sr.ht/~sbinet/gg", "golang.org/x/image"},
	"internal/gallery": {
		"internal/chart", "internal/metric", "internal/report", "internal/result", "internal/scenario", "pkg/metrics",
	},
	"internal/htmlreport": {"internal/chart", "internal/gallery", "internal/headers", "internal/host", "internal/report", "internal/result", "pkg/exchange"},

	// Two results side by side. Its statistics are its own: see uTest.
	"internal/compare": {
		"internal/build", "internal/metric", "internal/report", "internal/result", "internal/scenario", "internal/visible", "pkg/metrics",
	},

	// The model asked for more than was measured. It never runs anything.
	"internal/forecast": {
		"internal/headers", "internal/model", "internal/report", "internal/result", "internal/scenario", "internal/visible",
		"pkg/exchange", "pkg/wire", "golang.org/x/net",
	},

	// Whether a host can carry a scenario. It is given a reading of the host, and reads nothing.
	"internal/doctor": {"internal/host", "internal/model", "internal/report", "internal/scenario", "internal/visible"},

	// A claim put to the test. Who runs scenarios for it is the program's business.
	"internal/quantumleap": {
		"internal/build", "internal/headers", "internal/host", "internal/report", "internal/result",
		"internal/scenario", "internal/visible", "pkg/clock", "pkg/exchange", "pkg/feed", "pkg/transport", "pkg/wire",
	},

	// A network between the two, for those who want one. It knows nothing of what it carries.
	"internal/link": {},

	// Where a trial's processor time and memory go. What it asks of a target it says itself.
	"internal/profile": {},

	// Where connections come from. It knows nothing of what they carry.
	"internal/source": {"golang.org/x/sys"},

	// A network for tests. Nothing imports it but tests.
	"internal/memnet": {},

	// What tests compare text by. Nothing imports it but they.
	"internal/golden": {"github.com/google/go-cmp"},

	// What is published of all interfaces. Nothing imports reference but tests.
	"internal/reference": {
		"internal/scenariofile", "github.com/prometheus/client_model", "github.com/spf13/cobra", "github.com/spf13/pflag",
	},
	"schema": {},

	// A scenario that was written down. It sets flags, and so it knows nothing of what they mean.
	"internal/scenariofile": {"internal/textfile", "github.com/goccy/go-yaml"},

	// What the project promises about its own cost, measured.
	// The programs, which alone know of command lines.
	"internal/cli": {"internal/visible", "github.com/spf13/cobra"},
	"cmd/bench": {
		"internal/admin", "internal/build", "internal/chart", "internal/child", "internal/cli", "internal/compare",
		"internal/doctor", "internal/engine", "internal/forecast", "internal/gallery", "internal/headers", "internal/host", "internal/htmlreport",
		"internal/link", "internal/liveview", "internal/metric", "internal/model", "internal/openmetrics", "internal/profile", "internal/quantumleap",
		"internal/report", "internal/result",
		"internal/scenario", "internal/scenariofile", "internal/snippet", "internal/source", "internal/target", "internal/trace", "internal/worker", "pkg/clock",
		"pkg/feed", "pkg/metrics",
		"pkg/transport", "pkg/wire", "pkg/wspush", "schema",
		"github.com/prometheus/client_golang", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term",
	},
	"scripts/budgets": {
		"internal/admin", "internal/child", "internal/cli", "internal/engine", "internal/headers", "internal/result",
		"internal/scenario", "internal/target", "pkg/clock", "pkg/metrics", "pkg/transport", "github.com/spf13/cobra",
	},
	"scripts/peers": {
		"internal/adapter", "internal/admin", "internal/build", "internal/child", "internal/cli", "internal/host",
		"internal/procs", "internal/result", "internal/scenario", "pkg/clock", "pkg/metrics", "pkg/transport", "pkg/wire",
		"github.com/spf13/cobra",
	},
	"scripts/soak": {
		"internal/admin", "internal/child", "internal/cli", "internal/engine", "internal/headers", "internal/result",
		"internal/scenario", "internal/target", "pkg/metrics", "pkg/transport", "github.com/spf13/cobra",
	},
	"cmd/target": {
		"internal/admin", "internal/build", "internal/cli", "internal/headers", "internal/target", "pkg/clock", "github.com/spf13/cobra",
		"github.com/spf13/pflag",
	},
}

func TestLayering(t *testing.T) {
	unseen := maps.Clone(mayImport)
	for _, p := range packages(t) {
		allowed, ok := mayImport[p.folder()]
		if !ok {
			t.Errorf("%s is new: say in mayImport what it may import", p.folder())
			continue
		}
		delete(unseen, p.folder())
		used := make(map[string]bool)
		for _, imported := range p.foreignImports() {
			i := slices.IndexFunc(allowed, func(entry string) bool {
				return imported == entry || strings.HasPrefix(imported, entry+"/")
			})
			if i < 0 {
				t.Errorf("%s may not import %s: move what it needs, or change mayImport and say why in the commit", p.folder(), imported)
				continue
			}
			used[allowed[i]] = true
		}
		for _, entry := range allowed {
			if !used[entry] {
				t.Errorf("%s does not import %s any more: take that out of mayImport", p.folder(), entry)
			}
		}
	}
	for folder := range unseen {
		t.Errorf("%s is no package any more: take it out of mayImport", folder)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command " + filepath.Base(p.Dir) + " "
		}
		if !strings.HasPrefix(p.Doc, want) {
			t.Errorf("%s: its doc comment begins %q: begin it with %q and say what the package is", p.folder(), p.Doc, want)
		}
	}
}

// TestNoSleeps keeps waiting for time to pass to synctest bubbles, in which it takes none.
func TestNoSleeps(t *testing.T) {
	for _, p := range packages(t) {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := string(source)
			if strings.Contains(text, "time."+"Sleep(") && !strings.Contains(text, `"testing/synctest"`) {
				t.Errorf("%s/%s sleeps outside of a synctest bubble: wait for the thing itself, or test in a bubble",
					p.folder(), filepath.Base(file))
			}
		}
	}
}

// TestJSONIsVisible keeps all JSON that people may see on a terminal to the one way of writing it that is safe there.
func TestJSONIsVisible(t *testing.T) {
	files, err := filepath.Glob("[ci]*/*/*.go") // cmd and internal
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Dir(file) == "internal/visible" {
			continue
		}
		if text := readFile(t, file); strings.Contains(text, "SetIndent(") || strings.Contains(text, "MarshalIndent(") {
			t.Errorf("%s writes JSON for people by itself: use visible.WriteJSON", file)
		}
	}
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Name, Doc string
	Imports                    []string
}

const module = "pollpush"

// folder returns where the package is in this module.
func (p listed) folder() string {
	if p.ImportPath == module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

// foreignImports returns the imports that are not of the standard library, those of this module by
// their folder.
func (p listed) foreignImports() []string {
	var foreign []string
	for _, path := range p.Imports {
		root, _, _ := strings.Cut(path, "/")
		switch {
		case root == module:
			foreign = append(foreign, listed{ImportPath: path}.folder())
		case strings.Contains(root, "."):
			foreign = append(foreign, path)
		}
	}
	return foreign
}

// packages returns the packages of this module as they are built for Linux, so that the policy is
// the same on every system.
func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Name,Doc,Imports", "./...")
	command.Env = append(os.Environ(), "GOOS=linux")
	command.Stderr = t.Output()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		// What go list reads is unknown to the test cache; what is read here is not.
		if _, err := os.ReadDir(p.Dir); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
