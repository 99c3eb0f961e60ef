package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"pollpush/internal/build"
	"pollpush/internal/scenario"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/metrics"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
	"pollpush/pkg/wspush"
)

// shutdownTimeout bounds how long an orderly end may take before connections are cut.
const shutdownTimeout = 10 * time.Second

// maxAdminConnections bounds how many connections the admin address takes at once. More wait, so that
// strangers cannot use up the files that the service address needs.
const maxAdminConnections = 64

// Target is a server with a feed. Make it with New; it serves once.
type Target struct {
	config    Config
	clock     clock.Clock
	logger    *log.Logger
	feed      *feed.Feed
	pool      *fanout.Pool // writes to all connections that were hijacked
	publisher *publisher
	totals    wire.Totals
	slow      atomic.Int64
	beyond    atomic.Int64
	tls       *tls.Config // of the service address, nil without TLS
	adminTLS  *tls.Config // of the admin address
	ca        []byte
	tlsFull   atomic.Int64
	tlsResume atomic.Int64
	counters  map[scenario.Transport]*transport.Counters
	metrics   *metrics.Target
	hijacking sync.WaitGroup // handlers that may hijack: http.Server does not wait for those that have
}

// New returns a target for a valid configuration. What goes wrong with single connections is
// written to logger.
func New(config Config, clk clock.Clock, logger *log.Logger) (*Target, error) {
	t := &Target{
		config: config,
		clock:  clk,
		logger: logger,
		feed: feed.New(feed.Limits{
			Topics: config.MaxTopics, Messages: config.Retain, Bytes: config.RetainBytes,
		}),
		pool:     fanout.New(),
		counters: make(map[scenario.Transport]*transport.Counters),
	}
	var named []metrics.TransportCounters
	for _, name := range scenario.Transports() {
		t.counters[name] = &transport.Counters{}
		named = append(named, metrics.TransportCounters{Name: string(name), Counters: t.counters[name]})
	}
	t.metrics = metrics.NewTarget(metrics.TargetSources{
		Transports: named, Socket: &t.totals, SlowReaders: &t.slow, Refused: &t.beyond, TLSFull: &t.tlsFull, TLSResumed: &t.tlsResume,
	})
	t.publisher = &publisher{
		feed: t.feed, clock: clk, maxMessage: config.MaxMessage, published: t.metrics.Published,
	}
	if err := t.secure(); err != nil {
		return nil, err
	}
	return t, t.feed.Grow(config.Topics)
}

// secure prepares TLS for the addresses that are served over it. Handshakes of the admin address belong
// to no transport, and are not counted.
func (t *Target) secure() error {
	if !t.config.TLS && !t.config.AdminTLS {
		return nil
	}
	shared, ca, err := t.config.secure()
	if err != nil {
		return err
	}
	t.ca = ca
	if t.config.TLS {
		t.tls = shared.Clone()
		t.tls.VerifyConnection = t.countHandshake
	}
	if t.config.AdminTLS {
		t.adminTLS = shared
		t.adminTLS.NextProtos = []string{"http/1.1"}
	}
	return nil
}

// CA returns the certificate, in PEM, that a client of this target must trust. It is nil without
// TLS, and with a certificate from a file.
func (t *Target) CA() []byte { return t.ca }

// countHandshake counts a TLS handshake. It refuses none.
func (t *Target) countHandshake(state tls.ConnectionState) error {
	if state.DidResume {
		t.tlsResume.Add(1)
	} else {
		t.tlsFull.Add(1)
	}
	return nil
}

// Listen opens the two addresses of a configuration.
func Listen(config Config) (service, admin net.Listener, err error) {
	if service, err = net.Listen("tcp", config.Listen); err != nil {
		return nil, nil, fmt.Errorf("service address: %w", err)
	}
	if admin, err = net.Listen("tcp", config.Admin); err != nil {
		_ = service.Close() // it has served nothing yet
		return nil, nil, fmt.Errorf("admin address: %w", err)
	}
	return service, admin, nil
}

// Serve serves until ctx ends, and then ends in order: streams are ended, held polls answered,
// WebSocket connections closed with 1001. It closes the listeners, and returns nil when ctx was
// why it ended.
func (t *Target) Serve(ctx context.Context, service, admin net.Listener) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	servers := []*http.Server{
		t.serviceServer(base, admin.Addr().String()),
		t.adminServer(base),
	}
	var metered net.Listener = &listener{
		Listener: service, clock: t.clock, max: int64(t.config.MaxConnections),
		drain: t.config.DrainTimeout, vacant: t.config.vacantTimeout(),
		totals: &t.totals, slow: &t.slow, beyond: &t.beyond,
	}
	if t.tls != nil {
		metered = tls.NewListener(metered, t.tls)
	}
	admin = netutil.LimitListener(admin, maxAdminConnections)
	if t.adminTLS != nil {
		admin = tls.NewListener(admin, t.adminTLS)
	}
	listeners := []net.Listener{metered, admin}
	ended := make(chan error, len(servers))
	for i, s := range servers {
		go func() { ended <- s.Serve(listeners[i]) }()
	}
	var failed error
	running := len(servers)
	select {
	case <-ctx.Done():
	case failed = <-ended:
		running--
	}
	cancel()
	t.pool.End()
	end(servers)
	for range running {
		<-ended
	}
	t.hijacking.Wait()
	t.pool.Wait()
	t.publisher.wait()
	if errors.Is(failed, http.ErrServerClosed) {
		return nil
	}
	return failed
}

// end ends the servers in order; what has not ended in time is cut.
func end(servers []*http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	for _, s := range servers {
		if s.Shutdown(ctx) != nil {
			_ = s.Close() // there is nothing more that could be done
		}
	}
}

func (t *Target) serviceServer(base context.Context, adminAddress string) *http.Server {
	return &http.Server{
		Handler:           t.bound(addFields(t.config.ResponseFields, t.get(refuseBeyond(t.service(adminAddress))))),
		Protocols:         protocols(),
		HTTP2:             http2Config(),
		ReadHeaderTimeout: t.config.HeaderTimeout,
		IdleTimeout:       t.config.IdleTimeout,
		MaxHeaderBytes:    t.config.MaxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       carry,
		ConnState:         release,
		ErrorLog:          t.logger,

		DisableGeneralOptionsHandler: true, // get answers OPTIONS as any other method
	}
}

func (t *Target) adminServer(base context.Context) *http.Server {
	info := build.Read()
	registry := metrics.NewRegistry(metrics.Build{Version: info.Version, Commit: info.Commit, Go: info.Go}, t.metrics)
	c := &control{ctx: base, target: t}
	return &http.Server{
		Handler:           c.handler(metrics.Handler(registry)),
		ReadHeaderTimeout: t.config.HeaderTimeout,
		IdleTimeout:       t.config.IdleTimeout,
		MaxHeaderBytes:    t.config.MaxHeader,
		ErrorLog:          t.logger,

		DisableGeneralOptionsHandler: true, // OPTIONS is guarded as any other method
	}
}

// service returns what the service address serves.
func (t *Target) service(adminAddress string) http.Handler {
	origins := make(transport.Origins, 0, len(t.config.AllowOrigin))
	for _, o := range t.config.AllowOrigin {
		if origin, err := transport.ParseOrigin(o); err == nil { // Validate has refused the others
			origins = append(origins, origin)
		}
	}
	mux := http.NewServeMux()
	mux.Handle(ajaxpoll.Path, &ajaxpoll.Handler{
		Feed: t.feed, Origins: origins, MaxHold: t.config.MaxHold,
		Short: t.counters[scenario.ShortPoll], Long: t.counters[scenario.LongPoll],
	})
	mux.Handle(ssepush.Path, t.untilHijacked(&ssepush.Handler{
		Feed: t.feed, Origins: origins, Pool: t.pool, KeepAlive: t.config.KeepAlive,
		Counters: t.counters[scenario.SSE],
	}))
	mux.Handle(wspush.Path, overHTTP1(t.counters[scenario.WebSocket], t.untilHijacked(&wspush.Handler{
		Feed: t.feed, Origins: origins, Pool: t.pool, Ping: t.config.Ping, Deflate: t.config.Deflate,
		Counters: t.counters[scenario.WebSocket],
	})))
	mux.Handle("/{$}", page(adminAddress, t.config))
	return mux
}

// get refuses all methods but GET (a HEAD of a stream would never end) and requests with a body: over
// HTTP/1.1 net/http would wait for the rest of it without a bound, over HTTP/2 it resets the stream.
func (t *Target) get(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.ContentLength != 0:
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(t.config.HeaderTimeout)) // it is ours, and has deadlines
			if r.ProtoMajor == 1 {
				w.Header().Set("Connection", "close")
			}
			http.Error(w, "requests have no body here", http.StatusRequestEntityTooLarge)
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", http.MethodGet)
			http.Error(w, "only GET is served here", http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// untilHijacked counts handlers that give hijacked connections to the pool, so that an orderly end can wait
// until the last of them has.
func (t *Target) untilHijacked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.hijacking.Add(1)
		defer t.hijacking.Done()
		next.ServeHTTP(w, r)
	})
}
