package engine_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/scenario"
	"pollpush/pkg/transport"
)

// However slow a server is to take connections, no more than 128 clients wait for it at a time: more would fill
// its listen queue. Who fails makes room for the next.
func TestRampIsBounded(t *testing.T) {
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var waiting, most, asked atomic.Int64
				slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					asked.Add(1)
					n := waiting.Add(1)
					for m := most.Load(); n > m; m = most.Load() {
						most.CompareAndSwap(m, n)
					}
					time.Sleep(time.Second)
					waiting.Add(-1)
					http.Error(w, "no", http.StatusForbidden)
				})
				l := newLaboratory(t)
				l.onLaunch = func(e *engine.Target) {
					l.stranger(t, "127.0.0.1:9998", slow)
					e.Endpoint, _ = transport.ParseEndpoint("http://127.0.0.1:9998")
				}
				s := small(name)
				s.Clients = 500
				_, err := l.engine(s).Run(t.Context())
				if err == nil || !strings.Contains(err.Error(), "403 Forbidden") {
					t.Errorf("err = %v", err)
				}
				if most.Load() != 128 || asked.Load() != 500 {
					t.Errorf("%d clients waited at once, %d asked; want 128 and 500", most.Load(), asked.Load())
				}
			})
		})
	}
}

// A client that is refused while all connect tries again, and is counted; after that it is on its own.
func TestRefusedClientsTryAgain(t *testing.T) {
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				s := small(name)
				s.Duration = 5 * time.Second
				e := l.engine(s)
				var dialed atomic.Int64
				e.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					if n := dialed.Add(1); n%3 == 1 {
						return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
					}
					return l.network.DialContext(ctx, network, address)
				}
				r, err := e.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				trial := r.Trials[0]
				if trial.Verdict.State != "valid" || trial.Clients.Connected != 12 || trial.Dials.Retried != dialed.Load()-12 || trial.Dials.Retried < 4 {
					t.Errorf("%+v, %d connected, %d of %d dials were again", trial.Verdict, trial.Clients.Connected, trial.Dials.Retried, dialed.Load())
				}
				if d := trial.Server.Books.Difference; d == nil || *d != 0 {
					t.Errorf("the books differ by %v", d)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		s := small(scenario.ShortPoll)
		s.KeepAlive, s.Duration = false, 5*time.Second
		e := l.engine(s)
		var later atomic.Bool
		e.Progress = func(p engine.Progress) { later.Store(p.Phase == engine.Window) }
		e.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if later.CompareAndSwap(true, false) {
				return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
			}
			return l.network.DialContext(ctx, network, address)
		}
		r, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Trials[0].Dials.Retried; n != 0 || r.Trials[0].Wire.Total.RequestsFailed != 1 {
			t.Errorf("%d dials again in the window, %d requests failed; want none and 1", n, r.Trials[0].Wire.Total.RequestsFailed)
		}
	})
}
