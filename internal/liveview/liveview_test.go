package liveview

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pollpush/internal/golden"
)

// terminal is as much of one as a Screen needs: what is on it, line by line, and where the cursor is.
type terminal struct {
	lines       []string
	row, column int
}

func (t *terminal) Write(text []byte) (int, error) {
	rest := string(text)
	for rest != "" {
		if t.row == len(t.lines) {
			t.lines = append(t.lines, "")
		}
		switch {
		case strings.HasPrefix(rest, "\x1b[A"):
			t.row, rest = t.row-1, rest[3:]
		case strings.HasPrefix(rest, "\x1b[J"):
			t.lines = append(t.lines[:t.row], t.lines[t.row][:t.column])
			rest = rest[3:]
		case rest[0] == '\r':
			t.column, rest = 0, rest[1:]
		case rest[0] == '\n':
			t.row, t.column, rest = t.row+1, 0, rest[1:]
		default:
			t.lines[t.row] = t.lines[t.row][:t.column] + rest[:1]
			t.column, rest = t.column+1, rest[1:]
		}
	}
	return len(text), nil
}

func (t *terminal) shows() string { return strings.TrimRight(strings.Join(t.lines, "\n"), "\n") }

// The lines are in one place below all that is written meanwhile, and leave nothing behind.
func TestScreen(t *testing.T) {
	var term terminal
	s := NewScreen(&term)
	steps := []struct {
		do   func() error
		want string
	}{
		{func() error { _, err := fmt.Fprintln(s, "first"); return err }, "first"},
		{func() error { return s.Paint([]string{"a", "bb"}) }, "first\na\nbb"},
		{func() error { return s.Paint([]string{"ccc"}) }, "first\nccc"},
		{func() error { return s.Paint([]string{"", "d", "e"}) }, "first\n\nd\ne"},
		{func() error { _, err := fmt.Fprintln(s, "second"); return err }, "first\nsecond\n\nd\ne"},
		{s.Clear, "first\nsecond"},
		{s.Clear, "first\nsecond"},
		{func() error { _, err := fmt.Fprintln(&term, "table"); return err }, "first\nsecond\ntable"},
	}
	for i, step := range steps {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := term.shows(); got != step.want {
			t.Errorf("step %d shows\n%s\nwant\n%s", i, got, step.want)
		}
	}
}

// On each terminal the lines are narrower than it is: one that wrapped would take two, and be left behind.
func TestLines(t *testing.T) {
	v := View{
		Doing: "long-poll, trial 2 of 3: window for 4s", Left: 83*time.Second + 400*time.Millisecond,
		Rows: []Row{
			{Name: "short-poll", Clients: 1000, Delivered: 34_000, P50: 501 * time.Millisecond, P99: 990 * time.Millisecond},
			{Name: "long-poll", Clients: 999, Delivered: 1_234_567, P50: 1234 * time.Microsecond, P99: 12_345 * time.Microsecond,
				Requests: 1000.4, Bytes: 234_567, Running: true},
			{Name: "websocket"},
		},
		Target: Usage{CPU: 0.314, RSS: 25_600_000, Known: true}, Lag: 1250 * time.Microsecond,
	}
	var all strings.Builder
	for _, width := range []int{100, 60, 30} {
		fmt.Fprintf(&all, "%d columns\n", width)
		for _, line := range v.Lines(width) {
			if len(line) >= width {
				t.Errorf("%q is not narrower than %d columns", line, width)
			}
			fmt.Fprintln(&all, line)
		}
	}
	golden.Compare(t, "lines.txt", all.String())
	if lines := v.Lines(0); strings.Join(lines, "") != "" {
		t.Errorf("a terminal without width is written to: %q", lines)
	}
}

// Long names are shortened so that variants and transports can still be told apart, and no figure is.
func TestLongNames(t *testing.T) {
	v := View{
		Doing: "without-keep-alive-over-tls  long-poll, trial 2 of 3: window for 4s", Left: 83 * time.Second,
		Rows: []Row{
			{Name: "without-keep-alive-over-tls  long-poll", Clients: 999, Delivered: 1_234_567, P50: time.Millisecond, P99: time.Second, Running: true},
			{Name: "without-keep-alive-over-tls  short-poll"},
			{Name: "plain  websocket", Delivered: 7},
		},
	}
	var all strings.Builder
	for _, width := range []int{120, 80, 60, 30} {
		fmt.Fprintf(&all, "%d columns\n", width)
		lines := v.Lines(width)
		for _, line := range lines {
			if len(line) >= width {
				t.Errorf("%q is not narrower than %d columns", line, width)
			}
			fmt.Fprintln(&all, line)
		}
		if !strings.HasSuffix(lines[1], "about 1m23s left") || len(lines[3]) != len(lines[2]) || !strings.Contains(lines[3], " 1,234,567") {
			t.Errorf("%d columns: a figure is cut off, or not under its title:\n%s", width, strings.Join(lines, "\n"))
		}
	}
	golden.Compare(t, "long names.txt", all.String())
}
