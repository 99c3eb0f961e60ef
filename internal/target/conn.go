package target

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// refusals is how many connections beyond the limit are kept long enough to be told so. What
// comes on top of them is closed at once.
const refusals = 32

// vanishedAfter is how many drain times a client may leave unacknowledged what it was sent. It is more than one so
// that a phone that loses its network for a moment is not cut off, and that who takes nothing is mostly found by
// the deadline of a write, and its buffers dropped.
const vanishedAfter = 3

// listener meters what it accepts, and bounds how many connections there are, how long a reader may
// take, and how long a connection may be there for nothing.
type listener struct {
	net.Listener
	clock  clock.Clock
	max    int64
	drain  time.Duration
	vacant time.Duration
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
		boundUnacknowledged(raw, vanishedAfter*l.drain)
		c := &conn{Meter: wire.NewMeter(raw, l.clock, l.totals), raw: raw, listener: l, beyond: active >= l.max}
		c.vacancy.begin(l.vacant, c.cut)
		return c, nil
	}
}

// conn is one connection of the service address.
type conn struct {
	*wire.Meter
	raw      net.Conn // what is metered
	listener *listener
	beyond   bool        // beyond the limit of connections
	slow     atomic.Bool // its reader was counted as a slow one
	vacancy  vacancy
}

// Read reads. Where the kernel has given the connection up, because what was written to it was not acknowledged in
// time, its reader is counted as a slow one.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Meter.Read(p)
	if errors.Is(err, syscall.ETIMEDOUT) {
		c.countSlow()
	}
	return n, err
}

// Write writes, for as long as the listener lets a reader take. A reader that does not drain is
// closed and counted: otherwise it would hold its goroutine and its buffers for ever.
func (c *conn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.listener.drain)); err != nil {
		return 0, err
	}
	n, err := c.Meter.Write(p)
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) {
		c.cut()
	}
	return n, err
}

// cut closes the connection of a slow reader, and counts it.
func (c *conn) cut() {
	c.countSlow()
	c.discard()
}

// countSlow counts the connection as one with a slow reader, once, whatever else is found out about it.
func (c *conn) countSlow() {
	if c.slow.CompareAndSwap(false, true) {
		c.listener.slow.Add(1)
	}
}

// Close closes the connection.
func (c *conn) Close() error {
	c.vacancy.end()
	return c.Meter.Close()
}

// discard closes the connection and drops what its reader has not taken.
func (c *conn) discard() {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // if it fails, the kernel gives the buffer up later
	}
	_ = c.Close() // the write's error is what counts
}

type connKey struct{}

// carry puts a connection into its context, for the handlers of its requests.
func carry(ctx context.Context, nc net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, beneath(nc))
}

// release stops looking for vacancy where a handler has taken the connection over: there are no requests any
// more, and whoever took it finds out when its client is gone.
func release(nc net.Conn, state http.ConnState) {
	if c, ok := beneath(nc).(*conn); ok && state == http.StateHijacked {
		c.vacancy.end()
	}
}

// beneath returns what TLS runs over, or the connection itself where there is none.
func beneath(nc net.Conn) net.Conn {
	if secure, ok := nc.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return nc
}

// connOf returns the connection that a request came in on.
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn) // the listener hands out no others
	return c
}

// refuseBeyond answers requests on connections beyond the limit with 503, the last answer there: over
// HTTP/2 net/http makes a GOAWAY of Connection: close.
func refuseBeyond(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !connOf(r).beyond {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Connection", "close")
		http.Error(w, "too many connections: try again later, or raise --max-connections", http.StatusServiceUnavailable)
	})
}
