package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// Retry has a Dialer dial again where nobody answered: the connection was refused, or its SYN timed out. It is
// safe for concurrent use, and shared by dialers that count together.
type Retry struct {
	// Attempts is how often an address is dialed at most; fewer than 2 is once.
	Attempts int
	// Timeout bounds an attempt; 0 is no bound.
	Timeout time.Duration
	// Pause is before the second attempt; before each that follows it is twice as long. Up to half of it
	// more is drawn at random, so that those who were refused together do not come again together.
	Pause time.Duration
	// While, if not nil, says whether dialing again still makes sense.
	While func() bool
	// Retried counts the attempts after the first.
	Retried atomic.Int64
}

// do calls attempt, with how long it may take, until it succeeds, or fails in a way that another cannot
// change, or all are made. Between two of them nothing is held. A nil Retry calls it once.
func (r *Retry) do(ctx context.Context, attempt func(ctx context.Context, timeout time.Duration) error) error {
	if r == nil {
		return attempt(ctx, 0)
	}
	pause := r.Pause
	for n := 1; ; n++ {
		err := attempt(ctx, r.Timeout)
		if err == nil || ctx.Err() != nil || !unanswered(err) {
			return err
		}
		if n >= r.Attempts || r.While != nil && !r.While() || !wait(ctx, pause+rand.N(pause/2+1)) {
			return tried(n, err)
		}
		r.Retried.Add(1)
		pause *= 2
	}
}

// tried adds to an error how often it was tried, if that was not once.
func tried(attempts int, err error) error {
	if attempts == 1 {
		return err
	}
	return fmt.Errorf("tried %d times: %w", attempts, err)
}

// unanswered reports whether a connection was not made because nobody took it: what a server does whose
// listen queue is full, or that is not there yet.
func unanswered(err error) bool {
	var network net.Error
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &network) && network.Timeout()
}

// wait waits, and reports whether it was to the end.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
