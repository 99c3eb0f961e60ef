package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pollpush/pkg/metrics"
)

// metricsServer serves a registry.
type metricsServer struct {
	http   *http.Server
	served chan error
	stderr io.Writer
}

// serveMetrics serves a registry on a listener until it is stopped.
func serveMetrics(listener net.Listener, registry *prometheus.Registry, stderr io.Writer) *metricsServer {
	_, _ = fmt.Fprintf(stderr, "metrics on http://%s/metrics\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.Handler(registry))
	s := &metricsServer{served: make(chan error, 1), stderr: stderr, http: &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(stderr, "metrics: ", 0),
	}}
	go func() { s.served <- s.http.Serve(listener) }()
	return s
}

// stop ends the serving. A scraper that does not finish is cut off.
func (s *metricsServer) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		_, _ = fmt.Fprintln(s.stderr, "metrics:", err)
	}
}
