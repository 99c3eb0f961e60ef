package worker_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"pollpush/internal/worker"
)

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
