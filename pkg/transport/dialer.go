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
}

// Connect opens a metered connection to address, and makes the TLS handshake where there is one. A
// ctx that ends meanwhile gives it wire.CloseTimeout more: a connection that is given up half-way has
// crossed the wire all the same, and nobody would count it.
func (d *Dialer) Connect(ctx context.Context, address string) (*wire.Meter, error) {
	if d.Slots != nil {
		select {
		case d.Slots <- struct{}{}:
			defer func() { <-d.Slots }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var meter *wire.Meter
	var err error
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		meter, err = d.open(longer, address)
	}()
	select {
	case <-opened:
	case <-ctx.Done():
		timer := time.AfterFunc(wire.CloseTimeout, cancel)
		<-opened
		timer.Stop()
	}
	return meter, err
}

// tcp dials where nothing else is said.
var tcp net.Dialer

// open opens a connection. It has a goroutine of its own, as it takes a deep stack: the client waits for
// hours with the stack that it has once grown to.
func (d *Dialer) open(ctx context.Context, address string) (*wire.Meter, error) {
	dial := d.Dial
	if dial == nil {
		dial = tcp.DialContext
	}
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	meter := wire.NewMeter(conn, d.Clock, d.Totals)
	if d.TLS != nil {
		if err := meter.Secure(ctx, d.TLS); err != nil {
			_ = meter.Close() // the handshake's error is what counts
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
	}
	if d.Tap != nil {
		meter.Tap(d.Tap())
	}
	return meter, nil
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
