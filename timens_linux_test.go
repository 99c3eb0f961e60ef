package pollpush_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/result"
)

// A target whose clock is another, here that of a time namespace of its own, is measured all the same.
func TestTargetOfAnotherClock(t *testing.T) {
	t.Parallel()
	const ahead = 5000 * time.Second
	elsewhere := []string{"unshare", "--time", "--fork", "--kill-child", "--monotonic", "5000"}
	needTimeNamespaces(t, elsewhere)
	serve := program(t, "target", "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	serve.Args = slices.Concat(elsewhere, []string{serve.Path}, serve.Args[1:])
	serve.Path, _ = exec.LookPath("unshare") // it is there
	service, admin := awaitTarget(t, serve)

	out := filepath.Join(t.TempDir(), "r.json")
	bench := program(t, "bench", append([]string{"run", "--target", service, "--admin", admin, "--out", out}, quick...)...)
	said, err := bench.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "Latencies are right to within ±") {
		t.Fatalf("%v\n%s", err, said)
	}
	stored, err := result.Read(strings.NewReader(readFile(t, out)))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range stored.Trials {
		if err := wellMeasured(r); err != nil {
			t.Error(err)
		}
		const anchors = 100 * time.Microsecond // how well each process knows its own clock
		if r.Clock == nil || (r.Clock.Offset-ahead).Abs() > r.Clock.Error+anchors {
			t.Errorf("%s: %+v, want %v", r.Transport, r.Clock, ahead)
		}
	}
	trace := program(t, "bench", "trace", "short-poll", "--target", service, "--admin", admin, "--poll-interval", "100ms", "--rate", "10")
	if said, err := trace.CombinedOutput(); err != nil {
		t.Errorf("trace: %v\n%s", err, said)
	}
}

// needTimeNamespaces skips a test where a command cannot make a time namespace.
func needTimeNamespaces(t *testing.T, unshare []string) {
	t.Helper()
	if _, err := os.Stat("/proc/self/ns/time"); err != nil || os.Geteuid() != 0 {
		t.Skip("time namespaces need root, and a kernel that has them")
	}
	if out, err := exec.Command(unshare[0], append(unshare[1:], "true")...).CombinedOutput(); err != nil {
		if os.Getenv("POLLPUSH_REQUIRE") != "" {
			t.Fatalf("no time namespace can be made here, and POLLPUSH_REQUIRE is set: %v: %s", err, out)
		}
		t.Skipf("no time namespace can be made here: %v: %s", err, out)
	}
}
