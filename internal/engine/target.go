package engine

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"pollpush/internal/admin"
	"pollpush/internal/result"
	"pollpush/pkg/transport"
)

// Target is a running target that the engine measures.
type Target struct {
	Endpoint transport.Endpoint
	Admin    *admin.Client
	// TLS is what clients secure their connections with; nil without TLS.
	TLS *tls.Config
	// CA is the certificate, in PEM, that TLS trusts where it is no more than that: for other processes.
	CA []byte
	// PID is its process, 0 for one that is not ours.
	PID int
	// Exited is closed when the target has ended. Nil for one that is not ours to end.
	Exited <-chan struct{}
	// Stop ends it in order, Kill at once. For one that is not ours they let go of it.
	Stop, Kill func()
}

// ClientTLS returns what one client secures its connections with, and, if resume is set, a memory of
// its own for sessions. It is nil without TLS.
func (t *Target) ClientTLS(resume, http2 bool) *tls.Config {
	if t.TLS == nil {
		return nil
	}
	c := t.TLS.Clone()
	c.ServerName = t.Endpoint.ServerName
	c.MinVersion = tls.VersionTLS13 // its records have one known overhead
	c.NextProtos = []string{"http/1.1"}
	if http2 {
		c.NextProtos = []string{"h2"}
		c.VerifyConnection = agreedOnHTTP2
	}
	c.SessionTicketsDisabled = !resume
	if resume {
		c.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	return c
}

// ErrNoHTTP2 says that a server was asked for HTTP/2 and does not speak it.
var ErrNoHTTP2 = errors.New("the server does not speak HTTP/2")

// agreedOnHTTP2 refuses a server that knows of no protocols to choose from (RFC 7301 section 3.2).
func agreedOnHTTP2(state tls.ConnectionState) error {
	if state.NegotiatedProtocol != "h2" {
		return ErrNoHTTP2
	}
	return nil
}

// Launch makes a target available for one trial.
type Launch func(ctx context.Context) (*Target, error)

// errTargetEnded says that the target went away in the middle of a trial.
var errTargetEnded = errors.New("the target ended in the middle of the trial")

// reading is what a target's own metrics said at one moment.
type reading struct {
	user, system time.Duration
	rss          int64
	goroutines   int64
	bytesUp      int64
	bytesDown    int64
	connections  int64
	upgrades     int64
	requests     int64 // answered, or streams opened
	tlsFull      int64
	tlsResumed   int64
	slowReaders  int64
}

// scrape reads the target's metrics.
func scrape(ctx context.Context, client *admin.Client) (reading, error) {
	text, err := client.Metrics(ctx)
	if err != nil {
		return reading{}, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return reading{}, fmt.Errorf("target's metrics: %w", err)
	}
	s := sample{families: families}
	r := reading{
		user:        seconds(s.value("pollpush_target_cpu_seconds_total", "mode", "user")),
		system:      seconds(s.value("pollpush_target_cpu_seconds_total", "mode", "system")),
		goroutines:  int64(s.value("go_goroutines", "", "")),
		bytesUp:     int64(s.value("pollpush_target_socket_bytes_total", "direction", "up")),
		bytesDown:   int64(s.value("pollpush_target_socket_bytes_total", "direction", "down")),
		connections: int64(s.value("pollpush_target_connections_accepted_total", "", "")),
		upgrades:    int64(s.value("pollpush_target_upgrades_total", "", "")),
		tlsFull:     int64(s.value("pollpush_target_tls_handshakes_total", "kind", "full")),
		tlsResumed:  int64(s.value("pollpush_target_tls_handshakes_total", "kind", "resumed")),
		requests: int64(s.sum("pollpush_target_requests_total", "outcome", "messages") +
			s.sum("pollpush_target_requests_total", "outcome", "empty")),
		slowReaders: int64(s.value("pollpush_target_slow_readers_closed_total", "", "")),
	}
	if s.missing != "" {
		return reading{}, fmt.Errorf("target's metrics: no %s: is it a pollpush target of this version?", s.missing)
	}
	s.missing = ""
	r.rss = int64(s.value("process_resident_memory_bytes", "", "")) // absent where there is no /proc
	return r, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// sample looks values up, and remembers the first that is not there.
type sample struct {
	families map[string]*dto.MetricFamily
	missing  string
}

func (s *sample) value(name, label, want string) float64 {
	for _, m := range s.families[name].GetMetric() {
		if label == "" || labelled(m, label, want) {
			if m.Counter != nil {
				return m.GetCounter().GetValue()
			}
			return m.GetGauge().GetValue()
		}
	}
	if s.missing == "" {
		s.missing = name
	}
	return 0
}

// sum adds the values of all that carry a label.
func (s *sample) sum(name, label, want string) float64 {
	var sum float64
	for _, m := range s.families[name].GetMetric() {
		if labelled(m, label, want) {
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}

func labelled(m *dto.Metric, name, want string) bool {
	for _, l := range m.GetLabel() {
		if l.GetName() == name && l.GetValue() == want {
			return true
		}
	}
	return false
}

// between returns what the target used from r to later.
func (r reading) between(later reading) result.Process {
	used := r.until(later)
	return result.Process{CPUUser: used.user, CPUSystem: used.system, RSS: used.rss, Goroutines: used.goroutines}
}

// until returns what the target counted from r to later.
func (r reading) until(later reading) reading {
	return reading{
		user: later.user - r.user, system: later.system - r.system,
		rss: later.rss, goroutines: later.goroutines,
		bytesUp: later.bytesUp - r.bytesUp, bytesDown: later.bytesDown - r.bytesDown,
		connections: later.connections - r.connections, upgrades: later.upgrades - r.upgrades,
		requests: later.requests - r.requests, tlsFull: later.tlsFull - r.tlsFull,
		tlsResumed: later.tlsResumed - r.tlsResumed, slowReaders: later.slowReaders - r.slowReaders,
	}
}
