package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Build names the running program in pollpush_build_info.
type Build struct{ Version, Commit, Go string }

// NewRegistry returns a registry with what both programs show: the build, the process and the Go
// runtime; and with the given collectors.
func NewRegistry(b Build, cs ...prometheus.Collector) *prometheus.Registry {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "pollpush_build_info",
		Help:        "The running build, as labels; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go": b.Go},
	})
	info.Set(1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(cs...)
	return registry
}

// Register adds a collector whose metrics carry a variant's name as the label variant, or no such label when it
// is "". Of collectors of one kind all have a variant or there is one.
func Register(registry *prometheus.Registry, c prometheus.Collector, variant string) {
	if variant != "" {
		c = prometheus.WrapCollectorWith(prometheus.Labels{"variant": variant}, c)
	}
	registry.MustRegister(c)
}

// Handler serves what the registry gathers.
func Handler(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 8})
}
