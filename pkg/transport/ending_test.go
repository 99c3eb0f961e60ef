package transport_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/transport"
)

func TestAfterFuncWaitsForWhatHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var returned atomic.Bool
		stop := transport.AfterFunc(ctx, func() {
			time.Sleep(time.Second)
			returned.Store(true)
		})
		cancel()
		synctest.Wait()
		if returned.Load() {
			t.Fatal("it has returned already: there is nothing to wait for")
		}
		if stop() || !returned.Load() {
			t.Errorf("stopped before it returned: %t", !returned.Load())
		}
	})
}

func TestAfterFuncThatIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		stop := transport.AfterFunc(ctx, func() { t.Error("called") })
		if !stop() {
			t.Error("it was called, or will be")
		}
		cancel()
		synctest.Wait()
	})
}
