package transport

import (
	"context"
	"sync"
)

// AfterFunc calls f in a goroutine of its own when ctx ends, as context.AfterFunc does. The stop that it returns is called
// once. It reports whether f will not be called; where f was, it waits until f has returned. What f wrote to a connection
// is in the books then, however soon the peer answered.
func AfterFunc(ctx context.Context, f func()) (stop func() bool) {
	var called sync.WaitGroup
	called.Add(1)
	release := context.AfterFunc(ctx, func() {
		defer called.Done()
		f()
	})
	return func() bool {
		if release() {
			return true
		}
		called.Wait()
		return false
	}
}

// UnlessDone returns err, or nil when ctx has ended: what goes wrong then is how a subscription
// ends, not why.
func UnlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
