package main

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"pollpush/internal/report"
)

// A terminal has a width, and colours unless somebody wants none. Nothing else has either.
func TestTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 57}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, v := range []struct {
		to            *os.File
		format        report.Format
		noColor, term string
		width         int
		color         bool
	}{
		{terminal, report.Table, "", "xterm", 57, true},
		{terminal, report.Table, "1", "xterm", 57, false},
		{terminal, report.Table, "", "dumb", 57, false},
		{terminal, report.Markdown, "", "xterm", 0, false},
		{file, report.Table, "", "xterm", 0, false},
	} {
		t.Setenv("NO_COLOR", v.noColor)
		t.Setenv("TERM", v.term)
		o := newShowOptions()
		o.format = v.format
		if got := o.options(v.to); got.Width != v.width || got.Color != v.color {
			t.Errorf("%+v: width %d, colours %v", v, got.Width, got.Color)
		}
	}
}
