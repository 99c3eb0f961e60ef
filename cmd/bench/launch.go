package main

import (
	"context"
	"crypto/tls"
	"io"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/child"
	"pollpush/internal/engine"
	"pollpush/internal/target"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// targetName is what the result calls the target.
func (o *options) targetName() string {
	if o.target == "" {
		return "embedded"
	}
	return o.target
}

// launch returns how each trial gets its target: a child process of its own, or the one that was
// named.
func (o *options) launch(stderr io.Writer) engine.Launch {
	if o.target != "" {
		return o.attach
	}
	return func(ctx context.Context) (*engine.Target, error) {
		p, err := child.Start(ctx, o.childConfig(), stderr)
		if err != nil {
			return nil, err
		}
		endpoint, err := transport.ParseEndpoint(p.Service)
		if err != nil {
			p.Kill()
			return nil, err
		}
		var secure *tls.Config
		if p.CA != nil {
			secure, _ = trusting(p.CA) // the child made it
		}
		control := admin.NewClient(p.Admin, nil)
		return &engine.Target{
			Endpoint: endpoint, TLS: secure, CA: p.CA, PID: p.PID(), Admin: control, Exited: p.Exited(),
			Stop: func() { control.Close(); p.Stop() },
			Kill: func() { control.Close(); p.Kill() },
		}, nil
	}
}

// attach uses a target that runs already. It is not ours to end.
func (o *options) attach(context.Context) (*engine.Target, error) {
	endpoint, err := transport.ParseEndpoint(o.target)
	if err != nil {
		return nil, err
	}
	control := o.admin.client()
	return &engine.Target{Endpoint: endpoint, TLS: o.trust, Admin: control, Stop: control.Close, Kill: control.Close}, nil
}

// leaving is how many clients may have closed their connection while the target has not noticed.
const leaving = 256

// childConfig is the configuration of a target that serves this scenario and nobody else.
func (o *options) childConfig() target.Config {
	c := target.DefaultConfig()
	c.Listen, c.Admin = o.spread.loopback(), "127.0.0.1:0"
	_, c.MaxConnections = o.processes(nil).MostClients(o.scenario.Peak())
	if len(o.scenario.Stages) > 0 {
		c.MaxConnections += leaving
	}
	c.MaxTopics = max(c.MaxTopics, o.scenario.Topics)
	c.Topics = o.scenario.Topics
	c.TLS = o.scenario.TLS
	c.Deflate = wspush.Deflate(o.scenario.Deflate)
	c.ResponseFields = o.headers.Response
	c.MaxMessage = max(c.MaxMessage, o.scenario.PayloadBytes)
	c.IdleTimeout = max(c.IdleTimeout, o.scenario.PollInterval+time.Minute)
	c.Retain = min(max(c.Retain, o.scenario.Retention()), target.MaxRetain)
	c.RetainBytes = min(max(c.RetainBytes, c.Retain*o.scenario.PayloadBytes), target.MaxRetainBytes)
	return c
}
