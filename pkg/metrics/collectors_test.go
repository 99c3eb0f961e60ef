package metrics_test

import (
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

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
			Delivered: 20, Lost: 1, Latency: latency, GeneratorLag: latency, Verdicts: map[string]int64{"invalid": 2},
			Wire: wire.Ledger{Connections: 11, TLSFull: 9, TLSResumed: 2, RequestsGivenUp: 4, Requests: 12, RequestsWithMessages: 12, Down: wire.Bytes{Payload: 100, Framing: 10}},
		}}
	}, []string{"connect", "window"}, []string{"valid", "invalid"})
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
pollpush_bench_phase{phase="connect",transport="sse"} 0
pollpush_bench_generator_lag_seconds_count{transport="sse"} 2
pollpush_bench_trials_total{transport="sse",verdict="valid"} 0
pollpush_bench_trials_total{transport="sse",verdict="invalid"} 2
pollpush_bench_tls_handshakes_total{kind="full",transport="sse"} 9
pollpush_bench_tls_handshakes_total{kind="resumed",transport="sse"} 2
pollpush_bench_requests_total{outcome="given-up",transport="sse"} 4`)
}

// Those of a variant carry its name.
func TestVariantIsALabel(t *testing.T) {
	registry := metrics.NewRegistry(metrics.Build{})
	for _, variant := range []string{"kept", "fresh"} {
		bench := metrics.NewBench(func() []metrics.BenchSnapshot {
			return []metrics.BenchSnapshot{{Transport: "sse", Lost: int64(len(variant))}}
		}, nil, nil)
		metrics.Register(registry, bench, variant)
	}
	expect(t, registry, `
pollpush_bench_messages_total{outcome="lost",transport="sse",variant="kept"} 4
pollpush_bench_messages_total{outcome="lost",transport="sse",variant="fresh"} 5`)
}

// A scraper that knows native histograms gets one, in the same metric as the classic buckets: every duration
// in the bucket whose bounds it lies between.
func TestNativeHistograms(t *testing.T) {
	h := metrics.NewHistogram()
	durations := []time.Duration{0, 1, time.Microsecond, 3 * time.Millisecond, 3 * time.Millisecond, time.Second, 2 * time.Minute}
	for _, d := range durations {
		h.Record(d)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewBench(func() []metrics.BenchSnapshot { return []metrics.BenchSnapshot{{Transport: "sse", Latency: h}} }, nil, nil))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		got := f.GetMetric()[0].GetHistogram()
		if f.GetName() != "pollpush_bench_delivery_latency_seconds" {
			continue
		}
		if len(got.GetBucket()) == 0 || got.GetSampleCount() != uint64(len(durations)) || got.GetZeroCount() != 1 {
			t.Fatalf("%+v", got)
		}
		counts := bucketCounts(got)
		for _, d := range durations[1:] {
			// An HdrHistogram keeps three digits, so a value may be told 1 in 1000 greater than it is.
			index := int(math.Ceil(math.Log2(d.Seconds()) * 8))
			if counts[index] == 0 && counts[index+1] == 0 {
				t.Errorf("%s is in no bucket near %d: %v", d, index, counts)
			}
		}
		if index := int(math.Ceil(math.Log2(0.003) * 8)); counts[index] != 2 {
			t.Errorf("3 ms twice: %v", counts)
		}
		return
	}
	t.Error("no histogram of the latency")
}

// bucketCounts unpacks the spans of a native histogram.
func bucketCounts(h *dto.Histogram) map[int]int64 {
	counts := make(map[int]int64)
	var index int
	var count int64
	deltas := h.GetPositiveDelta()
	for _, span := range h.GetPositiveSpan() {
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += deltas[0]
			deltas = deltas[1:]
			counts[index] = count
			index++
		}
	}
	return counts
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
