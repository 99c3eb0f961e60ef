package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// Target collects what a target did. Its sources count by themselves; it reads them when it is
// asked. Messages published and their lag are counted here, by Published.
type Target struct {
	sources TargetSources

	published prometheus.Counter
	lag       prometheus.Histogram
}

// TransportCounters names the counters of one transport's handler.
type TransportCounters struct {
	Name string
	*transport.Counters
}

// TargetSources are what a target counts by itself.
type TargetSources struct {
	Transports          []TransportCounters
	Socket              *wire.Totals
	SlowReaders         *atomic.Int64 // connections whose reader did not drain, closed or with a stream ended
	Refused             *atomic.Int64 // connections beyond the limit
	TLSFull, TLSResumed *atomic.Int64 // TLS handshakes
}

// NewTarget returns a collector over these sources.
func NewTarget(sources TargetSources) *Target {
	return &Target{
		sources: sources,
		published: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pollpush_target_messages_published_total",
			Help: "Messages appended to the logs of all topics.",
		}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "pollpush_target_publish_lag_seconds",
			Help: "How long after its due time each message was published.",

			Buckets: latencyBounds, NativeHistogramBucketFactor: nativeBucketFactor, NativeHistogramMaxBucketNumber: nativeMaxBuckets,
		}),
	}
}

// Published counts one message that was published lag after it was due.
func (t *Target) Published(lag time.Duration) {
	t.published.Inc()
	t.lag.Observe(lag.Seconds())
}

// The target's metrics that are read from elsewhere.
var (
	targetSent = prometheus.NewDesc("pollpush_target_messages_sent_total",
		"Messages written to readers.", []string{"transport"}, nil)
	targetMissed = prometheus.NewDesc("pollpush_target_messages_missed_total",
		"Messages that readers were told they missed.", []string{"transport"}, nil)
	targetSubscribers = prometheus.NewDesc("pollpush_target_subscribers",
		"Open streams and sockets, and polls being answered.", []string{"transport"}, nil)
	targetRequests = prometheus.NewDesc("pollpush_target_requests_total",
		"HTTP requests by outcome, WebSocket upgrades apart; an opened event stream counts as one with messages.",
		[]string{"transport", "outcome"}, nil)
	targetUpgrades = prometheus.NewDesc("pollpush_target_upgrades_total",
		"WebSocket opening handshakes.", nil, nil)
	targetAccepted = prometheus.NewDesc("pollpush_target_connections_accepted_total",
		"Connections accepted on the service address.", nil, nil)
	targetActive = prometheus.NewDesc("pollpush_target_connections_active",
		"Connections open on the service address.", nil, nil)
	targetBytes = prometheus.NewDesc("pollpush_target_socket_bytes_total",
		"Bytes on the sockets of the service address; up is from the clients.", []string{"direction"}, nil)
	targetSlow = prometheus.NewDesc("pollpush_target_slow_readers_closed_total",
		"Connections closed, or with a stream ended, because their reader did not drain.", nil, nil)
	targetRefused = prometheus.NewDesc("pollpush_target_connections_refused_total",
		"Connections beyond the limit, answered with 503 or closed.", nil, nil)
	targetTLS = prometheus.NewDesc("pollpush_target_tls_handshakes_total",
		"TLS handshakes on the service address.", []string{"kind"}, nil)
	targetCPU = prometheus.NewDesc("pollpush_target_cpu_seconds_total",
		"CPU time of the target's process.", []string{"mode"}, nil)
)

// Describe implements prometheus.Collector.
func (t *Target) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(t, ch) }

// Collect implements prometheus.Collector.
func (t *Target) Collect(ch chan<- prometheus.Metric) {
	t.published.Collect(ch)
	t.lag.Collect(ch)
	s := samples{ch}
	var upgrades int64
	for _, c := range t.sources.Transports {
		s.counter(targetSent, c.Sent.Load(), c.Name)
		s.counter(targetMissed, c.Missed.Load(), c.Name)
		s.gauge(targetSubscribers, c.Subscribers.Load(), c.Name)
		s.counter(targetRequests, c.WithMessages.Load(), c.Name, "messages")
		s.counter(targetRequests, c.Empty.Load(), c.Name, "empty")
		s.counter(targetRequests, c.Failed.Load(), c.Name, "failed")
		upgrades += c.Upgrades.Load()
	}
	s.counter(targetUpgrades, upgrades)
	closed := t.sources.Socket.Closed.Load() // before opened, so that the difference is never negative
	opened := t.sources.Socket.Opened.Load()
	s.counter(targetAccepted, opened)
	s.gauge(targetActive, opened-closed)
	s.counter(targetBytes, t.sources.Socket.Read.Load(), "up")
	s.counter(targetBytes, t.sources.Socket.Written.Load(), "down")
	s.counter(targetSlow, t.sources.SlowReaders.Load())
	s.counter(targetRefused, t.sources.Refused.Load())
	s.counter(targetTLS, t.sources.TLSFull.Load(), "full")
	s.counter(targetTLS, t.sources.TLSResumed.Load(), "resumed")
	cpu := ProcessCPU()
	s.seconds(targetCPU, cpu.User, "user")
	s.seconds(targetCPU, cpu.System, "system")
}

// samples sends constant metrics.
type samples struct{ ch chan<- prometheus.Metric }

func (s samples) counter(d *prometheus.Desc, v int64, labels ...string) {
	s.ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
}

func (s samples) seconds(d *prometheus.Desc, v time.Duration, labels ...string) {
	s.ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v.Seconds(), labels...)
}

func (s samples) gauge(d *prometheus.Desc, v int64, labels ...string) {
	s.ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}
