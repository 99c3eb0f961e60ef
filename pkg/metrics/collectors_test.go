package metrics_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

func targetRegistry() *prometheus.Registry {
	counters := &transport.Counters{}
	counters.Sent.Add(5)
	counters.Missed.Add(2)
	counters.Subscribers.Add(1)
	counters.WithMessages.Add(3)
	counters.Upgrades.Add(4)
	totals := &wire.Totals{}
	totals.Opened.Add(9)
	totals.Closed.Add(6)
	totals.Read.Add(1000)
	totals.Written.Add(2000)
	var slow, refused, full, resumed atomic.Int64
	slow.Store(7)
	full.Store(8)
	target := metrics.NewTarget(metrics.TargetSources{
		Transports: []metrics.TransportCounters{{Name: "websocket", Counters: counters}},
		Socket:     totals, SlowReaders: &slow, Refused: &refused, TLSFull: &full, TLSResumed: &resumed,
	})
	target.Published(30 * time.Millisecond)
	return metrics.NewRegistry(metrics.Build{Version: "1", Commit: "c", Go: "go"}, target)
}

func benchRegistry() *prometheus.Registry {
	latency := metrics.NewHistogram()
	latency.Record(3 * time.Millisecond)
	latency.Record(2 * time.Minute)
	bench := metrics.NewBench(func() []metrics.BenchSnapshot {
		return []metrics.BenchSnapshot{{
			Transport: "sse", Phase: "window", Clients: metrics.ClientStates{Ready: 10, Failed: 1},
			Delivered: 20, Lost: 1, Latency: latency,
			Wire: wire.Ledger{Connections: 11, Requests: 12, RequestsWithMessages: 12, Down: wire.Bytes{Payload: 100, Framing: 10}},
		}}
	}, []string{"connect", "window"})
	return metrics.NewRegistry(metrics.Build{Version: "1", Commit: "c", Go: "go"}, bench)
}

func TestTargetMetrics(t *testing.T) {
	expect(t, targetRegistry(), `
pollpush_build_info{commit="c",go="go",version="1"} 1
pollpush_target_messages_published_total 1
pollpush_target_publish_lag_seconds_bucket{le="0.025"} 0
pollpush_target_publish_lag_seconds_bucket{le="0.05"} 1
pollpush_target_messages_sent_total{transport="websocket"} 5
pollpush_target_messages_missed_total{transport="websocket"} 2
pollpush_target_subscribers{transport="websocket"} 1
pollpush_target_requests_total{outcome="messages",transport="websocket"} 3
pollpush_target_requests_total{outcome="empty",transport="websocket"} 0
pollpush_target_requests_total{outcome="failed",transport="websocket"} 0
pollpush_target_upgrades_total 4
pollpush_target_connections_accepted_total 9
pollpush_target_connections_active 3
pollpush_target_socket_bytes_total{direction="up"} 1000
pollpush_target_socket_bytes_total{direction="down"} 2000
pollpush_target_tls_handshakes_total{kind="full"} 8
pollpush_target_tls_handshakes_total{kind="resumed"} 0
pollpush_target_slow_readers_closed_total 7`)
}

func TestBenchMetrics(t *testing.T) {
	expect(t, benchRegistry(), `
pollpush_bench_clients{state="ready",transport="sse"} 10
pollpush_bench_clients{state="failed",transport="sse"} 1
pollpush_bench_messages_total{outcome="delivered",transport="sse"} 20
pollpush_bench_messages_total{outcome="lost",transport="sse"} 1
pollpush_bench_messages_total{outcome="duplicated",transport="sse"} 0
pollpush_bench_messages_total{outcome="reordered",transport="sse"} 0
pollpush_bench_delivery_latency_seconds_bucket{transport="sse",le="0.0025"} 0
pollpush_bench_delivery_latency_seconds_bucket{transport="sse",le="0.005"} 1
pollpush_bench_delivery_latency_seconds_bucket{transport="sse",le="+Inf"} 2
pollpush_bench_delivery_latency_seconds_sum{transport="sse"} 120.003
pollpush_bench_poll_lag_seconds_count{transport="sse"} 0
pollpush_bench_wire_bytes_total{direction="down",layer="payload",transport="sse"} 100
pollpush_bench_wire_bytes_total{direction="up",layer="tls",transport="sse"} 0
pollpush_bench_connections_total{transport="sse"} 11
pollpush_bench_upgrades_total{transport="sse"} 0
pollpush_bench_requests_total{outcome="messages",transport="sse"} 12
pollpush_bench_phase{phase="window",transport="sse"} 1
pollpush_bench_phase{phase="connect",transport="sse"} 0`)
}

// Both programs show the process and the Go runtime, and keep to Prometheus' conventions.
func TestMetricsAreWellFormed(t *testing.T) {
	for name, registry := range map[string]*prometheus.Registry{"target": targetRegistry(), "bench": benchRegistry()} {
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("%s: %v %v", name, problems, err)
		}
		text := exposition(t, registry)
		for _, want := range []string{"process_cpu_seconds_total ", "go_goroutines "} {
			if !strings.Contains(text, "\n"+want) {
				t.Errorf("%s: no %s", name, want)
			}
		}
	}
}

func expect(t *testing.T, registry *prometheus.Registry, want string) {
	t.Helper()
	lines := strings.Split(exposition(t, registry), "\n")
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			t.Errorf("no %s", line)
		}
	}
}

func exposition(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	metrics.Handler(registry).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}
