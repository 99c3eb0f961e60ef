package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/wire"
)

// However many clients there are, no more than one wave of them closes at a time; and if nobody answers, those
// that are left are not waited for in turn.
func TestWaves(t *testing.T) {
	for _, test := range []struct {
		clients int
		takes   time.Duration // of one client, to close
		most    int64         // closing at once
		after   time.Duration // endInTurn
	}{
		{3*waveClients + 7, time.Second, waveClients, 4 * time.Second},
		{waveClients, time.Second, waveClients, time.Second},
		{1, time.Second, 1, time.Second},
		{9 * waveClients, wire.CloseTimeout - 1, waveClients, 2 * wire.CloseTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var closing, most atomic.Int64
			var running sync.WaitGroup
			waves := newWaves(ctx, test.clients)
			for i := range test.clients {
				running.Go(func() {
					waves[i/waveClients].run(func(ctx context.Context) {
						<-ctx.Done()
						n := closing.Add(1)
						for m := most.Load(); n > m; m = most.Load() {
							most.CompareAndSwap(m, n)
						}
						time.Sleep(test.takes)
						closing.Add(-1)
					})
				})
			}
			began := time.Now()
			endInTurn(waves)
			if took := time.Since(began); took != test.after || most.Load() != test.most {
				t.Errorf("%d clients: %v with %d at once, want %v with %d", test.clients, took, most.Load(), test.after, test.most)
			}
			cancel()
			running.Wait()
		})
	}
}
