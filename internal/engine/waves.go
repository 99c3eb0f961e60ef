package engine

import (
	"context"
	"sync/atomic"
	"time"

	"pollpush/pkg/wire"
)

// waveClients is how many clients end their connections at once. An orderly close leaves the peer
// wire.CloseTimeout to answer. Tens of thousands at once would not all be answered in time by a busy machine,
// and where one is not, the books of the two sides have no balance.
const waveClients = 1024

// wave is clients that end together.
type wave struct {
	ctx    context.Context //nolint:containedctx // its clients' context, and nothing else is done with it
	cancel context.CancelFunc
	left   atomic.Int64
	over   chan struct{} // closed when all its clients have ended
}

// newWaves cuts so many clients into waves. All of them end with ctx.
func newWaves(ctx context.Context, clients int) []*wave {
	var waves []*wave
	for first := 0; first < clients; first += waveClients {
		w := &wave{over: make(chan struct{})}
		w.ctx, w.cancel = context.WithCancel(ctx)
		w.left.Store(int64(min(waveClients, clients-first)))
		waves = append(waves, w)
	}
	return waves
}

// run runs one of the wave's clients.
func (w *wave) run(client func(context.Context)) {
	client(w.ctx)
	if w.left.Add(-1) == 0 {
		close(w.over)
	}
}

// endInTurn ends one wave after the other, for as long as two closes may take: a peer that answers nobody must
// not be waited for wave by wave.
func endInTurn(waves []*wave) {
	patience := time.NewTimer(2 * wire.CloseTimeout)
	defer patience.Stop()
	for _, w := range waves {
		w.cancel()
		select {
		case <-w.over:
		case <-patience.C:
			return
		}
	}
}
