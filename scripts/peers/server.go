package main

import (
	"context"
	"errors"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/procs"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// serverRun is what one server did with one schedule over one transport.
type serverRun struct {
	Server    string             `json:"server"`
	Transport scenario.Transport `json:"transport"`
	Round     int                `json:"round"`
	Clients   int                `json:"clients"`
	// Published are the messages that fell due in the window, Delivered how many of them arrived, all clients
	// together; Wrong are those that came twice or out of order.
	Published int64         `json:"published"`
	Delivered int64         `json:"delivered"`
	Wrong     int64         `json:"wrong"`
	Window    time.Duration `json:"window_ns"`
	CPU       time.Duration `json:"cpu_ns"`
	// Before is the server's memory before the first client, Memory at the end of the window.
	Before    int64   `json:"memory_before_bytes"`
	Memory    int64   `json:"memory_bytes"`
	Processes int     `json:"processes"`
	Latency   latency `json:"latency"`
}

// trial is what a server is put to.
type trial struct {
	transport              scenario.Transport
	clients                int
	rate                   float64
	settle, warmup, window time.Duration
}

// Bounds of a trial.
const (
	joinTimeout  = time.Minute     // until all clients are there
	drainTimeout = 5 * time.Second // from when all is published
	dialsAtOnce  = 128
)

// serve puts a server to a trial.
func serve(ctx context.Context, server adapter.Server, clk clock.Clock, t trial) (serverRun, error) {
	r := serverRun{Transport: t.transport, Clients: t.clients, Window: t.window}
	if err := wait(ctx, t.settle); err != nil { // until all of its processes are there
		return r, err
	}
	before, err := procs.Tree(server.PID())
	if err != nil {
		return r, err
	}
	r.Before = before.Memory

	ctx, cancel := context.WithCancelCause(ctx)
	c := &crowd{tally: newTally(), ready: make(chan struct{}, t.clients), fail: cancel}
	defer c.running.Wait()
	defer cancel(nil)
	c.join(ctx, server, clk, t)
	if err := c.gathered(ctx, t.clients); err != nil {
		return r, err
	}
	if err := c.measure(ctx, server, clk, t, &r); err != nil {
		return r, errors.Join(err, context.Cause(ctx))
	}
	cancel(nil)
	c.running.Wait()
	c.tally.report(&r)
	return r, nil
}
