package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"pollpush/pkg/wire"
)

// BenchSnapshot is what bench knows of one transport at one moment, summed over the trials so far.
type BenchSnapshot struct {
	Transport string
	// Phase is what its trial is in, empty when none is running.
	Phase string
	// Clients counts the running trial's virtual clients by state.
	Clients ClientStates
	// Delivered to Reordered count messages that fell due in a window.
	Delivered, Lost, Duplicated, Reordered int64
	// Latency and PollLag are of the windows, GeneratorLag of those that are over; nil when there is nothing yet.
	Latency, PollLag, GeneratorLag *Histogram
	// Verdicts counts the trials that are over, by what they are worth.
	Verdicts map[string]int64
	// Wire is everything that was counted.
	Wire wire.Ledger
}

// ClientStates counts virtual clients.
type ClientStates struct{ Connecting, Ready, Failed int64 }

// Bench collects what bench measures while it runs.
type Bench struct {
	snapshot         func() []BenchSnapshot
	phases, verdicts []string
}

// NewBench returns a collector of what snapshot returns; phases and verdicts are all that there are.
func NewBench(snapshot func() []BenchSnapshot, phases, verdicts []string) *Bench {
	return &Bench{snapshot: snapshot, phases: phases, verdicts: verdicts}
}

var (
	benchClients = prometheus.NewDesc("pollpush_bench_clients",
		"Virtual clients of the running trial by state.", []string{"transport", "state"}, nil)
	benchMessages = prometheus.NewDesc("pollpush_bench_messages_total",
		"Messages that fell due in a window, times subscribers, by outcome.", []string{"transport", "outcome"}, nil)
	benchLatency = prometheus.NewDesc("pollpush_bench_delivery_latency_seconds",
		"Time from when a message was due until it was received.", []string{"transport"}, nil)
	benchPollLag = prometheus.NewDesc("pollpush_bench_poll_lag_seconds",
		"How long after its scheduled time each poll left.", []string{"transport"}, nil)
	benchGeneratorLag = prometheus.NewDesc("pollpush_bench_generator_lag_seconds",
		"How late the generator was awake, looked at every few milliseconds of a window.", []string{"transport"}, nil)
	benchTrials = prometheus.NewDesc("pollpush_bench_trials_total",
		"Trials that are over, by their verdict.", []string{"transport", "verdict"}, nil)
	benchTLS = prometheus.NewDesc("pollpush_bench_tls_handshakes_total",
		"TLS handshakes by kind.", []string{"transport", "kind"}, nil)
	benchBytes = prometheus.NewDesc("pollpush_bench_wire_bytes_total",
		"Bytes on the sockets by layer; up is to the target.", []string{"transport", "direction", "layer"}, nil)
	benchConnections = prometheus.NewDesc("pollpush_bench_connections_total",
		"TCP connections opened.", []string{"transport"}, nil)
	benchUpgrades = prometheus.NewDesc("pollpush_bench_upgrades_total",
		"WebSocket opening handshakes.", []string{"transport"}, nil)
	benchRequests = prometheus.NewDesc("pollpush_bench_requests_total",
		"HTTP requests by outcome, WebSocket upgrades apart; an opened event stream counts as one with messages.",
		[]string{"transport", "outcome"}, nil)
	benchPhase = prometheus.NewDesc("pollpush_bench_phase",
		"1 for the phase that a transport's trial is in, 0 for the others.", []string{"transport", "phase"}, nil)
)

// Describe implements prometheus.Collector.
func (b *Bench) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		benchClients, benchMessages, benchLatency, benchPollLag, benchGeneratorLag, benchTrials, benchBytes,
		benchConnections, benchTLS, benchUpgrades, benchRequests, benchPhase,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (b *Bench) Collect(ch chan<- prometheus.Metric) {
	s := samples{ch}
	for _, t := range b.snapshot() {
		s.gauge(benchClients, t.Clients.Connecting, t.Transport, "connecting")
		s.gauge(benchClients, t.Clients.Ready, t.Transport, "ready")
		s.gauge(benchClients, t.Clients.Failed, t.Transport, "failed")
		s.counter(benchMessages, t.Delivered, t.Transport, "delivered")
		s.counter(benchMessages, t.Lost, t.Transport, "lost")
		s.counter(benchMessages, t.Duplicated, t.Transport, "duplicated")
		s.counter(benchMessages, t.Reordered, t.Transport, "reordered")
		s.histogram(benchLatency, t.Latency, t.Transport)
		s.histogram(benchPollLag, t.PollLag, t.Transport)
		s.histogram(benchGeneratorLag, t.GeneratorLag, t.Transport)
		for _, verdict := range b.verdicts {
			s.counter(benchTrials, t.Verdicts[verdict], t.Transport, verdict)
		}
		s.layers(t.Transport, "up", t.Wire.Up)
		s.layers(t.Transport, "down", t.Wire.Down)
		s.counter(benchConnections, t.Wire.Connections, t.Transport)
		s.counter(benchTLS, t.Wire.TLSFull, t.Transport, "full")
		s.counter(benchTLS, t.Wire.TLSResumed, t.Transport, "resumed")
		s.counter(benchUpgrades, t.Wire.Upgrades, t.Transport)
		s.counter(benchRequests, t.Wire.RequestsWithMessages, t.Transport, "messages")
		s.counter(benchRequests, t.Wire.RequestsEmpty, t.Transport, "empty")
		s.counter(benchRequests, t.Wire.RequestsFailed, t.Transport, "failed")
		s.counter(benchRequests, t.Wire.RequestsGivenUp, t.Transport, "given-up")
		for _, phase := range b.phases {
			var now int64
			if phase == t.Phase {
				now = 1
			}
			s.gauge(benchPhase, now, t.Transport, phase)
		}
	}
}

func (s samples) layers(transport, direction string, b wire.Bytes) {
	s.counter(benchBytes, b.Payload, transport, direction, "payload")
	s.counter(benchBytes, b.Framing, transport, direction, "framing")
	s.counter(benchBytes, b.Header, transport, direction, "header")
	s.counter(benchBytes, b.Handshake, transport, direction, "handshake")
	s.counter(benchBytes, b.TLS, transport, direction, "tls")
}
