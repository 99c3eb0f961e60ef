package worker_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"pollpush/internal/worker"
)

// TestMain makes this program the worker that it starts: one that answers with what is no JSON.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == worker.Command {
		_, _ = io.WriteString(os.Stdout, "what?\n")
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A worker that is not understood can be stopped. It would hang here otherwise.
func TestStopAWorkerThatIsNotUnderstood(t *testing.T) {
	g, err := worker.Start(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Call(t.Context(), "Any", struct{}{}, &struct{}{}); err == nil {
		t.Error("a call was answered")
	}
	g.Stop()
	g.Kill()
}

// A call to a worker that reads nothing ends with its context, and so does the next one, which finds the first one on its
// way. It would hang here otherwise.
func TestCallsToWhoDoesNotRead(t *testing.T) {
	ours, theirs := net.Pipe()
	defer func() { _, _ = ours.Close(), theirs.Close() }()
	call := worker.Call(ours)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 {
		if err := call(ctx, "Any", struct{}{}, &struct{}{}); !errors.Is(err, context.Canceled) {
			t.Errorf("it came back with %v", err)
		}
	}
}
