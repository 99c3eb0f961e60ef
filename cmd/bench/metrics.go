package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/spf13/pflag"

	"pollpush/internal/build"
	"pollpush/internal/engine"
	"pollpush/internal/openmetrics"
	"pollpush/internal/result"
	"pollpush/pkg/metrics"
)

// How metrics leave: how often they are recorded, how long a gateway may take, how long a run may linger.
const (
	recordEvery = time.Second
	pushTimeout = 10 * time.Second
	maxLinger   = time.Hour
)

// metricsOptions are the flags that say where the metrics of a run go.
type metricsOptions struct {
	addr        string
	linger      time.Duration
	openMetrics string // file
	push        string // URL
}

func (o *metricsOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "metrics-addr", "", "serve Prometheus metrics on this address while running, as 127.0.0.1:9091")
	f.DurationVar(&o.linger, "linger", 0, "go on serving them for so long after the run, for a last scrape; Ctrl-C ends it")
	f.StringVar(&o.openMetrics, "openmetrics", "", "write them, as they were every second, as OpenMetrics to this file")
	f.StringVar(&o.push, "push", "", "push them to this Pushgateway at the end, as http://127.0.0.1:9091")
}

// check returns the first thing that cannot work.
func (o *metricsOptions) check() error {
	if o.linger < 0 || o.linger > maxLinger {
		return fmt.Errorf("--linger %s: want 0s to %s", o.linger, maxLinger)
	}
	if o.linger > 0 && o.addr == "" {
		return errors.New("--linger goes on serving metrics: name an address with --metrics-addr, or leave it out")
	}
	if err := o.checkAddr(); err != nil {
		return err
	}
	if o.push == "" {
		return nil
	}
	gateway, err := url.Parse(o.push)
	if err != nil || gateway.Host == "" || gateway.Scheme != "http" && gateway.Scheme != "https" {
		return fmt.Errorf("--push %q is no URL of a Pushgateway: name one as http://127.0.0.1:9091", o.push)
	}
	if gateway.User != nil {
		return errors.New("--push: a password in the URL would be shown to others: name the gateway without")
	}
	return nil
}

func (o *metricsOptions) checkAddr() error {
	if o.addr == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(o.addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("--metrics-addr %q is no address: name one as 127.0.0.1:9091", o.addr)
	}
	return nil
}

// listen takes the address that metrics are to be served on, or returns nil if there is none.
func (o *metricsOptions) listen() (net.Listener, error) {
	if o.addr == "" {
		return nil, nil //nolint:nilnil // none was asked for
	}
	l, err := net.Listen("tcp", o.addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: %w: name an address of this host that is free, as 127.0.0.1:9091", err)
	}
	return l, nil
}

// monitor takes the metrics of a run to where they are asked for.
type monitor struct {
	*metricsOptions
	registry  *prometheus.Registry
	server    *metricsServer         // nil when none was asked for
	recording *openmetrics.Recording // nil when none was asked for
	out       *result.File           // where that goes
}

// startMonitor begins to serve and to record what was asked for, on the listener that o
// has taken, if any. The monitor has to be finished.
func startMonitor(o *metricsOptions, listener net.Listener, jobs []job, stderr io.Writer) (*monitor, error) {
	m := &monitor{metricsOptions: o, registry: register(jobs)}
	var err error
	if m.out, err = createOut("openmetrics", o.openMetrics); err != nil {
		return nil, err
	}
	if listener != nil {
		m.server = serveMetrics(listener, m.registry, stderr)
	}
	if m.out != nil {
		m.recording = openmetrics.Start(m.registry, recordEvery)
	}
	return m, nil
}

// register returns a registry of the metrics of all jobs.
func register(jobs []job) *prometheus.Registry {
	info := build.Read()
	registry := metrics.NewRegistry(metrics.Build{Version: info.Version, Commit: info.Commit, Go: info.Go})
	for _, j := range jobs {
		bench := metrics.NewBench(j.engine.Snapshot, texts(engine.Phases()), texts(result.States()))
		metrics.Register(registry, bench, j.variant())
	}
	return registry
}

// finish writes and pushes what was asked for, lingers, and ends the serving. A run that was interrupted
// does not linger.
func (m *monitor) finish(ctx context.Context) error {
	var written, pushed error
	if m.recording != nil {
		m.recording.Stop()
		if written = m.out.Commit(m.recording.Write); written != nil {
			written = fmt.Errorf("--openmetrics: %w", written)
		}
	}
	if m.push != "" {
		pushed = m.pushAll(ctx)
	}
	if m.server != nil {
		if m.linger > 0 && ctx.Err() == nil {
			_, _ = fmt.Fprintf(m.server.stderr, "lingering for %s, Ctrl-C ends it\n", m.linger)
			sleep(ctx, m.linger)
		}
		m.server.stop()
	}
	return errors.Join(written, pushed)
}

// pushAll hands the metrics as they are to a Pushgateway, in place of what it had.
func (m *monitor) pushAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTimeout)
	defer cancel()
	if err := push.New(m.push, "pollpush_bench").Gatherer(m.registry).PushContext(ctx); err != nil {
		return fmt.Errorf("--push: %w", err)
	}
	return nil
}

// sleep returns after a while, or when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
