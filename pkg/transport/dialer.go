package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/http2"
	"pollpush/pkg/wire"
)

// Dialer is the seam through which every virtual client gets its connections. It is safe for
// concurrent use.
type Dialer struct {
	// Dial opens a connection; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Clock stamps what arrives.
	Clock clock.Clock
	// Totals sums the bytes of all connections of this dialer.
	Totals *wire.Totals
	// TLS, if not nil, is what the connections are secured with. It asks for TLS 1.3.
	TLS *tls.Config
	// HTTP2 says that exchanges are made over HTTP/2. With TLS, it must be what TLS agrees on.
	HTTP2 bool
	// Tap, if not nil, returns whom a connection that was just opened, and secured, shows its stream.
	Tap func() wire.Tap
	// Slots bounds how many connections are being opened at the same time: a burst of thousands
	// overflows a listen queue, and then the kernel's retries are measured. Nil means no bound.
	Slots chan struct{}
	// Hold, if not nil, is given what frees the slot of a connection that was opened, while Connect runs. Without it the slot is
	// free once the connection is open. It may then still wait in the server's listen queue.
	Hold func(free func())
	// Retry, if not nil, says whether and when to dial again where nobody answered.
	Retry *Retry
}

// Connect opens a metered connection to address, and makes the TLS handshake where there is one. A
// ctx that ends meanwhile gives it wire.CloseTimeout more: a connection that is given up half-way has
// crossed the wire all the same, and nobody would count it.
func (d *Dialer) Connect(ctx context.Context, address string) (*wire.Meter, error) {
	conn, release, err := d.open(ctx, address)
	if err != nil {
		return nil, err
	}
	if d.Hold != nil {
		d.Hold(release)
	} else {
		defer release()
	}
	meter := wire.NewMeter(conn, d.Clock, d.Totals)
	if d.TLS != nil {
		ctx, cancel := outlive(ctx, wire.CloseTimeout)
		defer cancel()
		aside(func() { err = meter.Secure(ctx, d.TLS) })
		if err != nil {
			_ = meter.Close() // the handshake's error is what counts
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
	}
	if d.Tap != nil {
		meter.Tap(d.Tap())
	}
	return meter, nil
}

// aside does what takes a deep stack in a goroutine of its own: a client waits for hours with the stack that it
// has once grown to. It is not for what waits, as thousands do at once: goroutines that have ended keep their memory.
func aside(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	<-done
}

// tcp dials where nothing else is said.
var tcp net.Dialer

// open opens a connection, as often as Retry says. It comes with the slot that it was opened in, which release
// gives back.
func (d *Dialer) open(ctx context.Context, address string) (conn net.Conn, release func(), err error) {
	err = d.Retry.do(ctx, func(ctx context.Context, timeout time.Duration) (err error) {
		if release, err = d.take(ctx); err != nil {
			return err
		}
		if aside(func() { conn, err = d.dial(ctx, address, timeout) }); err != nil {
			release()
		}
		return err
	})
	return conn, release, err
}

// dial dials once, for at most timeout if there is one.
func (d *Dialer) dial(ctx context.Context, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := outlive(ctx, wire.CloseTimeout)
	defer cancel()
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	dial := d.Dial
	if dial == nil {
		dial = tcp.DialContext
	}
	return dial(ctx, "tcp", address)
}

// outlive returns a context that ends some time after ctx does.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(by, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// take takes a slot.
func (d *Dialer) take(ctx context.Context) (release func(), err error) {
	if d.Slots == nil {
		return func() {}, nil
	}
	select {
	case d.Slots <- struct{}{}:
		return func() { <-d.Slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Exchange opens a connection to address for requests and their answers.
func (d *Dialer) Exchange(ctx context.Context, address string) (exchange.Conn, error) {
	meter, err := d.Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	if d.HTTP2 {
		return http2.NewConn(meter, d.TLS != nil), nil
	}
	return http1.NewConn(meter), nil
}

// Endpoint is where a target serves: what to dial, and what to send as Host.
type Endpoint struct {
	// Address is the host and port to dial.
	Address string
	// Host is the value of the Host header field.
	Host string
	// Secure says that it serves TLS, under the name ServerName.
	Secure     bool
	ServerName string
	// Prefix stands before the transports' paths; it is empty or starts with a slash.
	Prefix string
}

// Origin returns what a page that the target serves gives as its origin (RFC 6454 section 6.2).
func (e Endpoint) Origin() string {
	if e.Secure {
		return "https://" + e.Host
	}
	return "http://" + e.Host
}

// ParseEndpoint reads a base URL such as http://127.0.0.1:8080.
func ParseEndpoint(base string) (Endpoint, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return Endpoint{}, fmt.Errorf("%q is no URL of a target: want http://HOST:PORT", base)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Endpoint{}, fmt.Errorf("%s: a target's URL has no user, query or fragment", u.Redacted())
	}
	ports := map[string]string{"http": "80", "https": "443"}
	port, ok := ports[u.Scheme]
	if !ok {
		return Endpoint{}, fmt.Errorf("%s: a target is measured over http or https", base)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	prefix := u.EscapedPath()
	for len(prefix) > 0 && prefix[len(prefix)-1] == '/' {
		prefix = prefix[:len(prefix)-1]
	}
	endpoint := Endpoint{Address: net.JoinHostPort(u.Hostname(), port), Host: u.Host, Prefix: prefix}
	if u.Scheme == "https" {
		endpoint.Secure, endpoint.ServerName = true, u.Hostname()
	}
	return endpoint, nil
}
