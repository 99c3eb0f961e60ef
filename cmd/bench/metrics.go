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

	"pollpush/internal/build"
	"pollpush/internal/engine"
	"pollpush/pkg/metrics"
)

// serveMetrics serves the metrics of all jobs on address, if there is one, until stop is called.
func serveMetrics(address string, jobs []job, stderr io.Writer) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "metrics on http://%s/metrics\n", listener.Addr())
	info := build.Read()
	var phases []string
	for _, p := range engine.Phases() {
		phases = append(phases, string(p))
	}
	registry := metrics.NewRegistry(metrics.Build{Version: info.Version, Commit: info.Commit, Go: info.Go})
	for _, j := range jobs {
		metrics.Register(registry, metrics.NewBench(j.engine.Snapshot, phases), j.variant())
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.Handler(registry))
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(stderr, "metrics: ", 0),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // a scraper that does not finish is cut off
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			_, _ = fmt.Fprintln(stderr, "metrics:", err)
		}
	}, nil
}
