package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"pollpush/internal/engine"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// probe finds out whether a target that runs already takes its token and agrees to TLS as it is asked
// for, before any client starts. Whether it is there at all is found out later.
func (o *options) probe(ctx context.Context, stderr io.Writer) error {
	if o.target == "" {
		return nil
	}
	if w := o.warning(); w != "" {
		_, _ = fmt.Fprintln(stderr, "bench:", w)
	}
	if err := o.probeFamily(ctx); err != nil {
		return err
	}
	if err := o.admin.probe(ctx); err != nil {
		return err
	}
	if o.trust == nil {
		return nil
	}
	to, err := o.attach(ctx)
	if err != nil {
		return err
	}
	defer to.Stop()
	http2 := o.scenario.HTTP == scenario.HTTP2
	dialer := transport.Dialer{Clock: clock.New(), Totals: new(wire.Totals), TLS: to.ClientTLS(false, http2)}
	meter, err := dialer.Connect(ctx, to.Endpoint.Address)
	if err == nil {
		meter.Finish()
		meter.Drain() // to the target's end: it has counted all of it before the run looks
		return nil
	}
	var alert *net.OpError
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("--target %s: %w: name the certificate that it is signed by with --ca, or leave the check out with --insecure", o.target, err)
	case errors.Is(err, engine.ErrNoHTTP2):
		return fmt.Errorf("--http 2: %s: %w: measure it over HTTP/1.1", o.target, err)
	case errors.Is(err, wire.ErrTLSVersion), errors.As(err, new(tls.RecordHeaderError)),
		errors.As(err, &alert) && strings.HasSuffix(alert.Op, " error"): // "remote error" and "local error"
		return fmt.Errorf("--target %s: %w: see that it serves TLS 1.3, and what --http asks for", o.target, err)
	}
	return nil
}
