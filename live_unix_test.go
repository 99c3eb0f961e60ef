//go:build unix

package pollpush_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// On a terminal a run shows what it does in one place, and leaves the table. Ctrl-C, typed, ends it there as
// anywhere.
func TestLiveView(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name     string
		duration string
		typed    string // once the view is there
		code     int
		says     []string
	}{
		{"to the end", "1500ms", "", 0, []string{"How late a message arrives", "valid"}},
		{"cut short", "1h", "\x03", 1, []string{"INCOMPLETE: 0 of 1 trials", "How late a message arrives"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			args := append(append([]string{"run", "--transports", "sse"}, quick...), "--duration", v.duration)
			bench := program(t, "bench", args...)
			bench.Env = append(os.Environ(), "TERM=xterm")
			terminal, err := pty.StartWithSize(bench, &pty.Winsize{Rows: 40, Cols: 100})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = terminal.Close() }()
			said := readTerminal(t, terminal, func(so string) bool { return strings.Contains(so, "> sse") })
			if _, err := terminal.WriteString(v.typed); err != nil {
				t.Fatal(err)
			}
			said += readTerminal(t, terminal, func(string) bool { return false })
			_ = bench.Wait() // the exit code is what counts
			if code := bench.ProcessState.ExitCode(); code != v.code {
				t.Errorf("exit code %d, want %d", code, v.code)
			}
			if strings.Contains(said, "clients connected") {
				t.Error("there are lines of progress besides")
			}
			const erased = "\x1b[J"
			last := said[strings.LastIndex(said, erased)+len(erased):]
			for _, want := range v.says {
				if !strings.Contains(last, want) {
					t.Errorf("no %q on what is left:\n%s", want, last)
				}
			}
		})
	}
}

// readTerminal reads what a program writes to its terminal, until it is enough or the program ends.
func readTerminal(t *testing.T, terminal *os.File, enough func(string) bool) string {
	t.Helper()
	if err := terminal.SetReadDeadline(time.Now().Add(time.Minute)); err != nil && !strings.Contains(err.Error(), "deadline") {
		t.Fatal(err)
	}
	var said bytes.Buffer
	buffer := make([]byte, 4096)
	for !enough(said.String()) {
		n, err := terminal.Read(buffer)
		said.Write(buffer[:n])
		if err != nil { // EIO, when the other side is closed
			break
		}
	}
	return said.String()
}
