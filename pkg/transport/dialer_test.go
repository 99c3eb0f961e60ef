package transport_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

func TestParseEndpoint(t *testing.T) {
	for base, want := range map[string]transport.Endpoint{
		"http://127.0.0.1:8080":         {Address: "127.0.0.1:8080", Host: "127.0.0.1:8080"},
		"http://127.0.0.1:8080/":        {Address: "127.0.0.1:8080", Host: "127.0.0.1:8080"},
		"HTTP://example.com":            {Address: "example.com:80", Host: "example.com"},
		"http://[::1]:8080/a/b//":       {Address: "[::1]:8080", Host: "[::1]:8080", Prefix: "/a/b"},
		"http://[::1]":                  {Address: "[::1]:80", Host: "[::1]"},
		"https://example.com":           {Address: "example.com:443", Host: "example.com", Secure: true, ServerName: "example.com"},
		"https://[::1]:8443/a":          {Address: "[::1]:8443", Host: "[::1]:8443", Secure: true, ServerName: "::1", Prefix: "/a"},
		"http://example.com/a%2Fb%20c/": {Address: "example.com:80", Host: "example.com", Prefix: "/a%2Fb%20c"},
	} {
		if got, err := transport.ParseEndpoint(base); err != nil || got != want {
			t.Errorf("ParseEndpoint(%s) = %+v, %v; want %+v", base, got, err, want)
		}
	}
	for _, base := range []string{
		"", "127.0.0.1:8080", "example.com", "/path", "http://", "http:example.com", "http://h:port", "http://h/%zz",
		"ws://example.com", "http://example.com/?a=b", "http://example.com/#a", "http://me:secret@example.com",
		"https://me:secret@example.com",
	} {
		got, err := transport.ParseEndpoint(base)
		if err == nil {
			t.Errorf("ParseEndpoint(%s) = %+v, want an error", base, got)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestConnectMeters(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	d := transport.Dialer{Clock: clock.New(), Totals: new(wire.Totals)}
	m, err := d.Connect(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	if d.Totals.Opened.Load() != 1 || m.Clock() != d.Clock {
		t.Errorf("%d connections in the totals, want 1 on the dialer's clock", d.Totals.Opened.Load())
	}
}

func TestConnectThatFailsOpensNothing(t *testing.T) {
	refused := errors.New("refused")
	d := transport.Dialer{
		Dial:   func(context.Context, string, string) (net.Conn, error) { return nil, refused },
		Totals: new(wire.Totals),
		Slots:  make(chan struct{}, 1),
	}
	if _, err := d.Connect(t.Context(), "server:80"); !errors.Is(err, refused) || d.Totals.Opened.Load() != 0 || len(d.Slots) != 0 {
		t.Errorf("%v, %d opened, %d slots taken; want %v and none", err, d.Totals.Opened.Load(), len(d.Slots), refused)
	}
}

// At most two dial at a time; a slot is taken for the dialing only, and waiting for one ends with
// the context.
func TestSlotsBoundTheDialing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n memnet.Network
		l, err := n.Listen("server:80")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		let := make(chan struct{})
		var dialing atomic.Int64
		d := transport.Dialer{Clock: clock.New(), Totals: new(wire.Totals), Slots: make(chan struct{}, 2)}
		d.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			dialing.Add(1)
			defer dialing.Add(-1)
			<-let
			return n.DialContext(ctx, network, address)
		}
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 5)
		for range 5 {
			go func() {
				m, err := d.Connect(ctx, "server:80")
				if err == nil {
					defer func() { _ = m.Close() }()
				}
				results <- err
			}()
		}
		synctest.Wait()
		if dialing.Load() != 2 {
			t.Errorf("%d dial, want 2", dialing.Load())
		}
		let <- struct{}{}
		synctest.Wait()
		if err := <-results; err != nil || d.Totals.Opened.Load() != 1 || dialing.Load() != 2 {
			t.Errorf("%v, %d opened, %d dial; want 1 opened and the next dialing", err, d.Totals.Opened.Load(), dialing.Load())
		}
		cancel() // the two that wait give up; the two that dial go on
		for range 2 {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want %v", err, context.Canceled)
			}
		}
		close(let)
		for range 2 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if len(d.Slots) != 0 {
			t.Errorf("%d slots still taken", len(d.Slots))
		}
	})
}

// What is being opened when the context ends is opened, for a while: its packets are on the way, and
// without a meter nobody would count them.
func TestConnectOutlivesItsContext(t *testing.T) {
	for _, v := range []struct {
		name   string
		takes  time.Duration
		opened int64
	}{
		{"in time", wire.CloseTimeout - 1, 1},
		{"too late", wire.CloseTimeout + 1, 0},
	} {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := net.Pipe()
				defer func() { _, _ = a.Close(), b.Close() }()
				d := transport.Dialer{
					Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
						select {
						case <-time.After(v.takes):
							return a, nil
						case <-ctx.Done():
							return nil, ctx.Err()
						}
					},
					Clock:  clock.New(),
					Totals: new(wire.Totals),
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := d.Connect(ctx, "server:80")
				if opened := d.Totals.Opened.Load(); opened != v.opened || (err == nil) != (opened == 1) {
					t.Errorf("%d opened, %v; want %d", opened, err, v.opened)
				}
			})
		})
	}
}

// Clients that wait for a slot hold nothing but themselves: thousands do at once, and a goroutine's memory stays with the
// process.
func TestWaitingForASlotTakesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialing := 0
		open := make(chan struct{})
		d := transport.Dialer{
			Clock: clock.New(), Totals: new(wire.Totals), Slots: make(chan struct{}, 1),
			Dial: func(context.Context, string, string) (net.Conn, error) {
				dialing++
				<-open
				return nil, errors.New("closed")
			},
		}
		before := runtime.NumGoroutine()
		const clients = 100
		var waiting sync.WaitGroup
		for range clients {
			waiting.Go(func() { _, _ = d.Connect(t.Context(), "server:80") })
		}
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; dialing != 1 || n > clients+1 { // those of other tests may end meanwhile
			t.Errorf("%d dial, in %d goroutines; want 1 and %d at most", dialing, n, clients+1)
		}
		close(open)
		waiting.Wait()
	})
}
