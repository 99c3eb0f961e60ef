package engine_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/memnet"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// laboratory runs scenarios against real targets on a network in memory, in a synctest bubble: a
// minute of schedule takes milliseconds, and nothing depends on how busy the machine is.
type laboratory struct {
	t       *testing.T
	network memnet.Network
	config  target.Config
	clock   clock.Clock
	skew    time.Duration // by which the target's clock is ahead
	fast    float64       // by which part of the time it runs fast
	// way, if set, says how long the admin address takes to reach, and its answers to come back.
	way func() (there, back time.Duration)
	// onLaunch, if set, is called with each target that starts.
	onLaunch func(*engine.Target)
}

func newLaboratory(t *testing.T) *laboratory {
	c := target.DefaultConfig()
	c.Listen, c.Admin = "127.0.0.1:8080", "127.0.0.1:9090"
	return &laboratory{t: t, config: c, clock: clock.New()}
}

// engine returns an engine that launches a fresh target for each trial.
func (l *laboratory) engine(s scenario.Scenario) *engine.Engine {
	profile, err := headers.Load(s.Headers)
	if err != nil {
		l.t.Fatal(err)
	}
	return &engine.Engine{Scenario: s, Headers: profile, Launch: l.launch, TargetName: "embedded", Dial: l.network.DialContext, Clock: l.clock}
}

func (l *laboratory) launch(context.Context) (*engine.Target, error) {
	service, err := l.network.Listen(l.config.Listen)
	if err != nil {
		return nil, err
	}
	control, err := l.network.Listen(l.config.Admin)
	if err != nil {
		return nil, err
	}
	if l.way != nil {
		return l.serve(service, control, l.dialFar)
	}
	return l.serve(service, control, l.network.DialContext)
}

// serve starts a target on two listeners; dial reaches the admin address.
func (l *laboratory) serve(service, control net.Listener, dial admin.Dial) (*engine.Target, error) {
	server, err := target.New(l.config, l.clock.Shifted(l.skew).Drifting(l.fast), log.New(io.Discard, "", 0))
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if l.config.TLS {
		scheme = "https://"
	}
	endpoint, err := transport.ParseEndpoint(scheme + service.Addr().String())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		if err := server.Serve(ctx, service, control); err != nil {
			l.t.Errorf("serve: %v", err)
		}
	}()
	client := admin.NewClient("http://"+control.Addr().String(), dial)
	var once sync.Once
	stop := func() { once.Do(func() { client.Close(); cancel(); <-exited }) }
	var secure *tls.Config
	if l.config.TLS {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(server.CA())
		secure = &tls.Config{RootCAs: pool}
	}
	launched := &engine.Target{Endpoint: endpoint, TLS: secure, Admin: client, Exited: exited, Stop: stop, Kill: stop}
	if l.onLaunch != nil {
		l.onLaunch(launched)
	}
	return launched, nil
}

// run runs a scenario that must go through, and returns its trials.
func (l *laboratory) run(s scenario.Scenario) []result.Trial {
	l.t.Helper()
	if err := s.Validate(); err != nil {
		l.t.Fatal(err)
	}
	l.configure(s)
	r, err := l.engine(s).Run(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	if !r.Complete() {
		l.t.Fatal("the run is incomplete")
	}
	return r.Trials
}

// configure makes the targets serve a scenario.
func (l *laboratory) configure(s scenario.Scenario) {
	l.config.TLS, l.config.Deflate = s.TLS, wspush.Deflate(s.Deflate)
}

// patient are limits by which no trial is late: for what runs on a real and busy machine.
func patient() result.Limits {
	l := result.DefaultLimits()
	for _, text := range []string{"poll-lag=10000%:10000%", "generator-lag=1h:1h", "publish-lag=1h:1h", "backlog=100%:100%"} {
		if err := l.Set(text); err != nil {
			panic(err)
		}
	}
	return l
}

// small is a scenario of one transport that leaves something to count: three topics, a minute.
func small(name scenario.Transport) scenario.Scenario {
	s := scenario.Default()
	s.Transports = []scenario.Transport{name}
	s.Clients, s.Topics, s.Rate = 12, 3, 2
	s.Warmup, s.Duration = 2*time.Second, time.Minute
	s.PayloadBytes = 100
	return s
}

// stranger serves a handler that is no target on address, and returns a control client for it.
func (l *laboratory) stranger(t *testing.T, address string, h http.Handler) *admin.Client {
	listener, err := l.network.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	client := admin.NewClient("http://"+address, l.network.DialContext)
	t.Cleanup(func() { client.Close(); _ = server.Close(); <-served })
	return client
}

// contextFor returns a context that ends after a time.
func contextFor(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}
