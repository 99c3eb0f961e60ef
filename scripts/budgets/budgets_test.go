package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// A figure is judged as it is shown, and one that could not be had is a budget that is not met.
func TestTable(t *testing.T) {
	b := budget{name: "x-memory", unit: "KB", bound: 8}
	for _, c := range []struct {
		row  row
		met  bool
		line string
	}{
		{row{b, 7.9999, nil}, true, "| x-memory | 8 | 8 | KB | yes |"},
		{row{b, 8.004, nil}, true, "| x-memory | 8 | 8 | KB | yes |"},
		{row{b, 8.006, nil}, false, "| x-memory | 8.01 | 8 | KB | NO |"},
		{row{b, 0, nil}, true, "| x-memory | 0 | 8 | KB | yes |"},
		{row{b, 12345, nil}, false, "| x-memory | 12300 | 8 | KB | NO |"},
		{row{b, 0, errors.New("a|b\nc")}, false, `| x-memory | none | 8 | KB | NO: a\|b c |`},
	} {
		var out strings.Builder
		if err := writeTable(&out, []row{c.row}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		got := strings.Join(strings.Fields(lines[len(lines)-1]), " ")
		if c.row.met() != c.met || got != c.line {
			t.Errorf("met %t, %s\nwant %t, %s", c.row.met(), got, c.met, c.line)
		}
	}
}

func TestChoose(t *testing.T) {
	all := func() []budget { return []budget{{name: "a-cpu"}, {name: "a-memory"}, {name: "b-memory"}} }
	for only, want := range map[string][]string{
		"": {"a-cpu", "a-memory", "b-memory"}, "a-memory": {"a-memory"}, "a": {"a-cpu", "a-memory"}, "b,a-cpu": {"a-cpu", "b-memory"},
	} {
		var names []string
		if only != "" {
			names = strings.Split(only, ",")
		}
		chosen, err := choose(all(), names)
		var got []string
		for _, b := range chosen {
			got = append(got, b.name)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", only, got, err, want)
		}
	}
	if _, err := choose(all(), []string{"a", "memory"}); err == nil || !strings.Contains(err.Error(), `"memory" is no budget: want a-cpu, `) {
		t.Errorf("%v, want the names", err)
	}
}

// Each budget has a name of its own: that is how a measuring process is told which one to measure.
func TestBudgetsAreNamed(t *testing.T) {
	seen := make(map[string]bool)
	for _, b := range budgets() {
		if b.name == "" || b.unit == "" || b.measure == nil || seen[b.name] {
			t.Errorf("budget %+v", b)
		}
		seen[b.name] = true
	}
}
