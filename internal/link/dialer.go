package link

import (
	"context"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"
)

// Dial opens a connection, as net.Dialer.DialContext does.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Dialer returns a dial function whose connections go over links of this profile, which is valid;
// next opens what is underneath, nil meaning TCP. It is safe for concurrent use, if next is.
//
// A ctx that ends during the round trip ends the dialing before next is called: what was not
// dialed, no server has seen. The jitter of the nth connection dialed follows from the seed; which of
// several that are dialed at once is the nth, does not.
//
// The zero Profile returns next itself.
func (p Profile) Dialer(next Dial) Dial {
	if next == nil {
		next = new(net.Dialer).DialContext
	}
	if p.IsZero() {
		return next
	}
	var dialed atomic.Uint64
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		up, down := p.lines(dialed.Add(1))
		if err := pause(ctx, up.transit()+down.transit()); err != nil {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
		socket, err := next(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return newConn(socket, up, down), nil
	}
}

// lines returns the two directions of the nth connection.
func (p Profile) lines(n uint64) (up, down line) {
	up = line{rate: p.Up, delay: p.RTT / 2, jitter: p.Jitter}
	down = line{rate: p.Down, delay: p.RTT - up.delay, jitter: p.Jitter}
	if p.Jitter > 0 {
		up.random = rand.New(rand.NewPCG(p.Seed, 2*n))
		down.random = rand.New(rand.NewPCG(p.Seed, 2*n+1))
	}
	return up, down
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
