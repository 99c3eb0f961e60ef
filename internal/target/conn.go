package target

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// refusals is how many connections beyond the limit are kept long enough to be told so. What
// comes on top of them is closed at once.
const refusals = 32

// listener meters what it accepts, and bounds how many connections there are and how long a
// reader may take.
type listener struct {
	net.Listener
	clock  clock.Clock
	max    int64
	drain  time.Duration
	totals *wire.Totals
	slow   *atomic.Int64
	beyond *atomic.Int64 // connections beyond the limit
}

// Accept returns the next connection; one beyond the limit is marked, and the handler refuses it.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		active := l.totals.Opened.Load() - l.totals.Closed.Load()
		if active >= l.max {
			l.beyond.Add(1)
		}
		if active >= l.max+refusals {
			_ = raw.Close() // there is nobody to tell
			continue
		}
		return &conn{Meter: wire.NewMeter(raw, l.clock, l.totals), listener: l, beyond: active >= l.max}, nil
	}
}

// conn is one connection of the service address.
type conn struct {
	*wire.Meter
	listener *listener
	beyond   bool // beyond the limit of connections
}

// Write writes, for as long as the listener lets a reader take. A reader that does not drain is
// closed and counted: otherwise it would hold its goroutine and its buffers for ever.
func (c *conn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.listener.drain)); err != nil {
		return 0, err
	}
	n, err := c.Meter.Write(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.listener.slow.Add(1)
		c.discard()
	}
	return n, err
}

// discard closes the connection and drops what its reader has not taken.
func (c *conn) discard() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // if it fails, the kernel gives the buffer up later
	}
	_ = c.Close() // the write's error is what counts
}

type beyondLimit struct{}

// mark notes in a connection's context that it is one too many.
func mark(ctx context.Context, nc net.Conn) context.Context {
	if secure, ok := nc.(*tls.Conn); ok {
		nc = secure.NetConn()
	}
	if c, ok := nc.(*conn); ok && c.beyond {
		return context.WithValue(ctx, beyondLimit{}, true)
	}
	return ctx
}

// refuseBeyond answers requests on connections beyond the limit with 503.
func refuseBeyond(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(beyondLimit{}) == nil {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Connection", "close")
		http.Error(w, "too many connections: try again later, or raise --max-connections", http.StatusServiceUnavailable)
	})
}
