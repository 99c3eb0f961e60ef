//go:build unix

package pollpush_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A generator that is stopped receives late through no fault of the transport, and says so. The
// target goes on publishing meanwhile: fifty messages are a second.
func TestStoppedGenerator(t *testing.T) {
	t.Parallel()
	_, service, admin := startTarget(t)
	bench := program(t, "bench", "run", "--transports", "websocket", "--clients", "5", "--rate", "50", "--warmup", "0s",
		"--duration", "3s", "--target", service, "--admin", admin)
	var stdout bytes.Buffer
	bench.Stdout = &stdout
	stderr := start(t, bench)
	readTo(t, stderr, "window")
	if err := bench.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for before := published(t, admin); published(t, admin) < before+50; {
		runtime.Gosched()
	}
	if err := bench.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Fatal(err)
	}
	_ = bench.Wait() // what it printed is what counts
	if !strings.Contains(stdout.String(), "late or more: it was stopped, or starved of processor time") {
		t.Errorf("it did not notice:\n%s", &stdout)
	}
}

// published returns how many messages a target has published.
func published(t *testing.T, admin string) int {
	t.Helper()
	response, err := http.Get(admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^pollpush_target_messages_published_total (\d+)$`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no count in\n%s", text)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
