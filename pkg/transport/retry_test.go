package transport_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// refusals dials as often as it has errors, and then gets through; a nil error is one that never answers.
type refusals struct {
	errs  []error
	times []time.Duration // since start, of each attempt
	start time.Time
}

func (r *refusals) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	r.times = append(r.times, time.Since(r.start))
	n := len(r.times)
	if n > len(r.errs) {
		a, b := net.Pipe()
		_ = b.Close()
		return a, nil
	}
	if r.errs[n-1] == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, r.errs[n-1]
}

// What nobody answered is dialed again, later each time, and counted; what was answered is not.
func TestRetry(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, test := range map[string]struct {
		errs     []error
		while    bool
		attempts int
		fails    string
	}{
		"at once":           {nil, true, 1, ""},
		"refused twice":     {[]error{refused, refused}, true, 3, ""},
		"timed out":         {[]error{nil, syscall.ETIMEDOUT}, true, 3, ""},
		"refused for ever":  {[]error{refused, refused, refused, refused, refused}, true, 4, "tried 4 times: dial: connection refused"},
		"no longer":         {[]error{refused}, false, 1, "dial: connection refused"},
		"no ports":          {[]error{syscall.EADDRNOTAVAIL}, true, 1, "cannot assign requested address"},
		"no files, at last": {[]error{refused, syscall.EMFILE}, true, 2, "too many open files"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := refusals{errs: test.errs, start: time.Now()}
				retry := &transport.Retry{
					Attempts: 4, Timeout: 10 * time.Second, Pause: 100 * time.Millisecond, While: func() bool { return test.while },
				}
				d := transport.Dialer{Dial: r.dial, Clock: clock.New(), Totals: new(wire.Totals), Slots: make(chan struct{}, 1), Retry: retry}
				m, err := d.Connect(t.Context(), "server:80")
				if (err == nil) != (test.fails == "") || err != nil && err.Error() != test.fails {
					t.Fatalf("err = %v, want %q", err, test.fails)
				}
				if err == nil {
					_ = m.Close()
				}
				if len(r.times) != test.attempts || retry.Retried.Load() != int64(test.attempts-1) {
					t.Errorf("%d attempts, %d retries counted; want %d attempts", len(r.times), retry.Retried.Load(), test.attempts)
				}
				if len(d.Slots) != 0 {
					t.Error("a slot is still taken")
				}
				r.checkPauses(t)
			})
		})
	}
}

// checkPauses checks that each pause is as long as it has to be, and by no more than half longer.
func (r *refusals) checkPauses(t *testing.T) {
	t.Helper()
	least := 100 * time.Millisecond
	for i := 1; i < len(r.times); i++ {
		pause := r.times[i] - r.times[i-1]
		if r.errs[i-1] == nil {
			pause -= 10 * time.Second
		}
		if pause < least || pause > least*3/2 {
			t.Errorf("pause %d was %v, want %v to %v", i, pause, least, least*3/2)
		}
		least *= 2
	}
}

// Waiting for a slot is no attempt: it may take longer than one.
func TestRetryDoesNotCountTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := refusals{start: time.Now()}
		retry := &transport.Retry{Attempts: 2, Timeout: time.Second, Pause: time.Second}
		d := transport.Dialer{Dial: r.dial, Clock: clock.New(), Totals: new(wire.Totals), Slots: make(chan struct{}, 1), Retry: retry}
		d.Slots <- struct{}{}
		time.AfterFunc(time.Minute, func() { <-d.Slots })
		m, err := d.Connect(t.Context(), "server:80")
		if err != nil || len(r.times) != 1 || r.times[0] != time.Minute {
			t.Fatalf("%v after attempts at %v", err, r.times)
		}
		_ = m.Close()
	})
}

// Who waits to dial again does not hold a slot, and ends with the context.
func TestRetryHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := refusals{errs: []error{syscall.ECONNREFUSED}, start: time.Now()}
		retry := &transport.Retry{Attempts: 2, Pause: time.Hour}
		d := transport.Dialer{Dial: r.dial, Clock: clock.New(), Totals: new(wire.Totals), Slots: make(chan struct{}, 1), Retry: retry}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { _, err := d.Connect(ctx, "server:80"); ended <- err }()
		synctest.Wait()
		if len(d.Slots) != 0 {
			t.Error("a slot is held during the pause")
		}
		cancel()
		if err := <-ended; !errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "tried") {
			t.Errorf("err = %v", err)
		}
	})
}
