package openmetrics

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What was counted stands with its times, each metric by itself and in the order of time, whatever order the
// registry is read in; the first and the last sample are there, and the format's end.
func TestRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pollpush_messages_total", Help: "Messages."}, []string{"transport"})
		registry.MustRegister(c, prometheus.NewGauge(prometheus.GaugeOpts{Name: "go_other", Help: "Not ours."}))
		c.WithLabelValues("sse").Add(1)
		r := Start(registry, time.Second)
		time.Sleep(1500 * time.Millisecond)
		c.WithLabelValues("long-poll").Add(7)
		c.WithLabelValues("sse").Add(1)
		r.Stop()
		var b strings.Builder
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		// The clock of a bubble begins with the year 2000.
		want := `# HELP pollpush_messages Messages.
# TYPE pollpush_messages counter
pollpush_messages_total{transport="long-poll"} 7.0 9.466848015e+08
pollpush_messages_total{transport="sse"} 1.0 9.466848e+08
pollpush_messages_total{transport="sse"} 1.0 9.46684801e+08
pollpush_messages_total{transport="sse"} 2.0 9.466848015e+08
# EOF
`
		if b.String() != want {
			t.Errorf("%s\nwant\n%s", b.String(), want)
		}
	})
}

// A long run is recorded less often rather than without end, and from its first moment to its last.
func TestLongRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := Start(prometheus.NewRegistry(), time.Second)
		time.Sleep(24*time.Hour + time.Second/2)
		r.Stop()
		n := len(r.samples)
		if n > maxSamples || n < maxSamples/2 {
			t.Errorf("%d samples, want %d at most and half of it at least", n, maxSamples)
		}
		if first, last := r.samples[0].at.Sub(began), r.samples[n-1].at.Sub(began); first != 0 || last != 24*time.Hour+time.Second/2 {
			t.Errorf("from %s to %s", first, last)
		}
	})
}

// Two samples never have the same time.
func TestTimesDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Start(prometheus.NewRegistry(), time.Second)
		r.Stop()
		if gap := r.samples[1].at.Sub(r.samples[0].at); gap != time.Millisecond {
			t.Errorf("they are %s apart", gap)
		}
	})
}

// What cannot be gathered is told when it is written, once.
func TestFailedGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		broken := errors.New("broken")
		registry.MustRegister(brokenCollector{broken})
		r := Start(registry, time.Second)
		r.Stop()
		if err := r.Write(io.Discard); !errors.Is(err, broken) && (err == nil || !strings.Contains(err.Error(), "broken")) {
			t.Errorf("err = %v", err)
		}
	})
}

// brokenCollector has a metric that cannot be read.
type brokenCollector struct{ err error }

var brokenDesc = prometheus.NewDesc("pollpush_broken", "Broken.", nil, nil)

func (brokenCollector) Describe(ch chan<- *prometheus.Desc) { ch <- brokenDesc }
func (c brokenCollector) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.NewInvalidMetric(brokenDesc, c.err)
}
