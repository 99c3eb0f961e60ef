package pollpush_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// gateway is a Pushgateway that keeps what was pushed last.
type gateway struct {
	mu       sync.Mutex
	method   string
	path     string
	families map[string]*dto.MetricFamily
	err      error
}

func (g *gateway) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.method, g.path, g.families = r.Method, r.URL.Path, make(map[string]*dto.MetricFamily)
	decoder := expfmt.NewDecoder(r.Body, expfmt.ResponseFormat(r.Header))
	for {
		family := new(dto.MetricFamily)
		if err := decoder.Decode(family); err != nil {
			if !errors.Is(err, io.EOF) {
				g.err = err
			}
			return
		}
		g.families[family.GetName()] = family
	}
}

// A run hands its metrics, as they are at the end, to a Pushgateway, in place of what that had.
func TestPushOfARun(t *testing.T) {
	t.Parallel()
	g := new(gateway)
	server := httptest.NewServer(g)
	defer server.Close()
	args := append([]string{
		"run", "--transports", "sse", "--clients", "5", "--rate", "10", "--warmup", "0s", "--duration", "1s", "--quiet", "--push", server.URL,
	}, patience...)
	if out, err := program(t, "bench", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil || g.method != http.MethodPut || g.path != "/metrics/job/pollpush_bench" {
		t.Errorf("%s %s, %v", g.method, g.path, g.err)
	}
	latency := g.families["pollpush_bench_delivery_latency_seconds"]
	if latency == nil || latency.GetMetric()[0].GetHistogram().GetSampleCount() != 50 {
		t.Errorf("latencies = %v, want 50 of them", latency)
	}
}
