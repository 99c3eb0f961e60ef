// Command table makes a Markdown table of what the benchmarks of this module printed.
//
//	go test -bench . | go run ./table
//
// A figure is the median over the repeats, with the 95 % interval of it that the order of the samples gives
// (golang.org/x/perf/benchmath), which needs six of them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

// columns are the jobs, in the order in which they are shown.
var columns = []struct {
	job, unit, head string
	factor          float64 // from the unit of the benchmark to the one that is shown
	digits          int     // behind the point
}{
	{"Write", "cpu-sec/op", "write, µs", 1e6, 2},
	{"Broadcast", "cpu-sec/delivery", "broadcast, µs per connection", 1e6, 1},
	{"Read", "cpu-sec/op", "read, µs", 1e6, 2},
	{"Read", "allocs/op", "allocations per read", 1, 0},
	{"Idle", "B/conn", "idle connection, KB", 1e-3, 1},
}

// names say which release of a library a row is about; they follow go.mod.
var names = []struct{ library, module string }{
	{"bare", "none: a hijacked connection"},
	{"nhooyr", "nhooyr.io/websocket"},
	{"coder", "github.com/coder/websocket"},
	{"gorilla", "github.com/gorilla/websocket"},
	{"gobwas", "github.com/gobwas/ws"},
	{"gws", "github.com/lxzan/gws"},
}

// key is a cell of the table.
type key struct{ job, library, unit string }

func run(in io.Reader, out io.Writer) error {
	samples, err := read(in)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("| library |")
	for _, c := range columns {
		b.WriteString(" " + c.head + " |")
	}
	b.WriteString("\n|:--|" + strings.Repeat("--:|", len(columns)) + "\n")
	for _, n := range names {
		b.WriteString("| " + n.module + " |")
		for _, c := range columns {
			values := samples[key{c.job, n.library, c.unit}]
			if len(values) == 0 {
				return fmt.Errorf("no %s of %s/%s: run all benchmarks with -bench .", c.unit, c.job, n.library)
			}
			b.WriteString(" " + cell(values, c.factor, c.digits) + " |")
		}
		b.WriteString("\n")
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// read collects the measurements by cell.
func read(in io.Reader) (map[key][]float64, error) {
	samples := make(map[key][]float64)
	reader := benchfmt.NewReader(in, "standard input")
	for reader.Scan() {
		switch r := reader.Result().(type) {
		case *benchfmt.Result:
			name := r.Name.String()
			job, library, _ := strings.Cut(strings.TrimRight(name, "0123456789"), "/")
			library = strings.TrimSuffix(library, "-")
			for _, v := range r.Values {
				k := key{job, library, v.Unit}
				samples[k] = append(samples[k], v.Value)
			}
		case *benchfmt.SyntaxError:
			return nil, r
		}
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	if len(samples) == 0 {
		return nil, errors.New("there is no benchmark in the input")
	}
	return samples, nil
}

// cell shows a median, and how far it may be off.
func cell(values []float64, factor float64, digits int) string {
	sample := benchmath.NewSample(values, &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, 0.95)
	return fmt.Sprintf("%.*f ± %s", digits, s.Center*factor, strings.ReplaceAll(s.PctRangeString(), "%", " %"))
}
