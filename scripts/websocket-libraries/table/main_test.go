package main

import (
	"fmt"
	"strings"
	"testing"
)

// output is what go test prints for six repeats of every job.
func output() string {
	var b strings.Builder
	b.WriteString("goos: linux\npkg: x\n")
	for i := range 6 {
		for _, n := range names {
			fmt.Fprintf(&b, "BenchmarkWrite/%s-2 \t 100\t 50 ns/op\t %d cpu-ns/op\t 0 B/op\t 0 allocs/op\n", n.library, 1000+i*100)
			fmt.Fprintf(&b, "BenchmarkBroadcast/%s-2 \t 10\t 9000000 ns/op\t 9000 cpu-ns/delivery\t 0 B/op\t 0 allocs/op\n", n.library)
			fmt.Fprintf(&b, "BenchmarkRead/%s-2 \t 10\t 20 ns/op\t 2000 cpu-ns/op\t 16 B/op\t 2 allocs/op\n", n.library)
			fmt.Fprintf(&b, "BenchmarkIdle/%s-2 \t 1\t 12345 B/conn\n", n.library)
		}
	}
	b.WriteString("PASS\n")
	return b.String()
}

func TestTable(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader(output()), &out); err != nil {
		t.Fatal(err)
	}
	want := "| github.com/coder/websocket | 1.25 ± 20 % | 9.0 ± 0 % | 2.00 ± 0 % | 2 ± 0 % | 12.3 ± 0 % |\n"
	if !strings.Contains(out.String(), want) {
		t.Errorf("no row\n%s in\n%s", want, out.String())
	}
}

func TestTableOfTooLittle(t *testing.T) {
	for in, want := range map[string]string{
		"": "there is no benchmark",
		strings.ReplaceAll(output(), "Read/gws", "Read/other"): "no cpu-sec/op of Read/gws",
		"BenchmarkWrite/gws-2 1 fast ns/op\n":                  "standard input:1",
	} {
		if err := run(strings.NewReader(in), new(strings.Builder)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
