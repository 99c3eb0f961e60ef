package reference_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"pollpush/internal/engine"
	"pollpush/internal/golden"
	"pollpush/internal/reference"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// The metrics of both programs are documented as they are gathered, and each that is described is gathered.
func TestMetrics(t *testing.T) {
	var snapshots []metrics.BenchSnapshot
	var counters []metrics.TransportCounters
	for _, name := range scenario.Transports() {
		snapshots = append(snapshots, metrics.BenchSnapshot{Transport: string(name)})
		counters = append(counters, metrics.TransportCounters{Name: string(name), Counters: &transport.Counters{}})
	}
	var phases, verdicts []string
	for _, p := range engine.Phases() {
		phases = append(phases, string(p))
	}
	for _, s := range result.States() {
		verdicts = append(verdicts, string(s))
	}
	bench := metrics.NewBench(func() []metrics.BenchSnapshot { return snapshots }, phases, verdicts)
	target := metrics.NewTarget(metrics.TargetSources{
		Transports: counters, Socket: &wire.Totals{}, SlowReaders: &atomic.Int64{}, Refused: &atomic.Int64{},
		TLSFull: &atomic.Int64{}, TLSResumed: &atomic.Int64{},
	})
	page, err := reference.MetricPage(gather(t, bench), gather(t, target))
	if err != nil {
		t.Fatal(err)
	}
	golden.CompareFile(t, filepath.Join("..", "..", "docs", "reference", "metrics.md"), page)
	for _, c := range []prometheus.Collector{bench, target} {
		for _, name := range names(c) {
			if !strings.Contains(page, "`"+name+"`") {
				t.Errorf("%s is described and not gathered: give it a value in this test", name)
			}
		}
	}
}

func gather(t *testing.T, c prometheus.Collector) []*dto.MetricFamily {
	t.Helper()
	families, err := metrics.NewRegistry(metrics.Build{Version: "v", Commit: "c", Go: "g"}, c).Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

var fqName = regexp.MustCompile(`fqName: "([^"]+)"`)

func names(c prometheus.Collector) []string {
	descriptions := make(chan *prometheus.Desc)
	go func() { c.Describe(descriptions); close(descriptions) }()
	var all []string
	for d := range descriptions {
		all = append(all, fqName.FindStringSubmatch(d.String())[1])
	}
	return all
}
