package forecast

import (
	"math"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// Schema names the form of the JSON.
const Schema = "pollpush/forecast/v1"

// Forecast is the answer to a question. All of it is computed.
type Forecast struct {
	Schema     string            `json:"schema"` // the document's form, and the version of it
	Scenario   scenario.Scenario `json:"scenario"`
	RoundTrip  time.Duration     `json:"rtt_ns"`         // the round trip that was asked about
	Session    time.Duration     `json:"session_ns"`     // how long a client stays
	Cores      int               `json:"cores"`          // processors of the server
	From       string            `json:"from,omitempty"` // the result that coefficients are of
	Transports []Column          `json:"transports"`     // what is expected of each transport
	BreakEvens []BreakEven       `json:"break_evens"`    // where polling and a push cost the same
	Map        []Cell            `json:"map,omitempty"`  // only when it is asked for
	// Notes are sentences: where the figures come from, and where not to believe them.
	Notes []string `json:"notes"`

	question Question
	wire     model.Wire
	evidence evidence
}

// Column is what is expected of one transport. What is per second is of all clients together.
type Column struct {
	Transport   scenario.Transport `json:"transport"`
	Mean        time.Duration      `json:"latency_mean_ns"`        // the mean latency
	P50         time.Duration      `json:"latency_p50_ns"`         // the median of latencies
	P99         time.Duration      `json:"latency_p99_ns"`         // the 99th percentile of latencies
	Max         time.Duration      `json:"latency_max_ns"`         // the greatest latency that there can be
	Requests    float64            `json:"requests_per_second"`    // HTTP requests
	Connections float64            `json:"connections_per_second"` // TCP connections
	// Polls are what polls find; nil where nobody asks.
	Polls  *Polls    `json:"polls,omitempty"`
	Up     Bandwidth `json:"up"`                       // from the clients to the server
	Down   Bandwidth `json:"down"`                     // from the server to the clients
	Egress float64   `json:"egress_bytes_per_30_days"` // in IP packets, down
	// Server is what the server takes; nil where no result says anything of it.
	Server *Server `json:"server_extrapolated,omitempty"`
}

// Polls is what polls find.
type Polls struct {
	Empty float64 `json:"empty_share"`         // the part of the polls that is answered empty, from 0 to 1
	Batch float64 `json:"messages_per_answer"` // messages in each answer that has any
}

// Bandwidth is what crosses in one direction, in bits a second, by layer.
type Bandwidth struct {
	Payload   float64 `json:"payload_bits_per_second"`   // messages
	Framing   float64 `json:"framing_bits_per_second"`   // what wraps messages
	Header    float64 `json:"header_bits_per_second"`    // HTTP heads
	Handshake float64 `json:"handshake_bits_per_second"` // WebSocket and TLS handshakes
	TLS       float64 `json:"tls_bits_per_second"`       // what TLS records add
	Socket    float64 `json:"socket_bits_per_second"`    // all of these layers
	IP        float64 `json:"ip_bits_per_second"`        // IP packets that carry them
}

// Server is what the server takes, extrapolated from what it took in a result.
type Server struct {
	Clients  int           `json:"from_clients"`           // what it is extrapolated from
	Each     time.Duration `json:"cpu_each_ns"`            // processor time of a poll, or of a message that is pushed
	Cores    float64       `json:"cpu_cores"`              // busy
	Memory   float64       `json:"memory_bytes,omitempty"` // resident memory; absent where the result does not tell
	Capacity float64       `json:"clients_at_most"`        // that take all of the cores
	// WriteMean is how long after a message is due it is written to the mean subscriber of a topic; 0 for short polls, which
	// spread themselves.
	WriteMean time.Duration `json:"write_mean_ns,omitempty"`
	// WriteLast is the same for the last subscriber.
	WriteLast time.Duration `json:"write_last_ns,omitempty"`
}

// month is what egress is summed over.
const month = 30 * 24 * time.Hour

// New answers a question. It is an error where the question is none, or its result has nothing to say.
func New(q Question) (*Forecast, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	e, err := weigh(q)
	if err != nil {
		return nil, err
	}
	w, err := wireOf(q)
	if err != nil {
		return nil, err
	}
	measured := e.measure(q, &w)
	s := q.Scenario
	s.Warmup, s.Duration, s.Trials, s.Seed = 0, 0, 0, 0 // nothing is run
	f := &Forecast{
		Schema: Schema, Scenario: s, RoundTrip: q.RoundTrip, Session: q.Session, Cores: q.cores(),
		BreakEvens: []BreakEven{}, question: q, wire: w, evidence: e,
	}
	if q.From != nil {
		f.From = q.From.Name
	}
	for _, t := range s.Transports {
		f.Transports = append(f.Transports, f.column(t))
	}
	f.breakEvens()
	f.Notes = f.notes(measured)
	return f, nil
}

// input returns what a transport is predicted from.
func (f *Forecast) input(t scenario.Transport) model.Input {
	return f.question.input(t, f.wire, f.evidence)
}

func (f *Forecast) column(t scenario.Transport) Column {
	p, n := model.Predict(f.input(t)), float64(f.Scenario.Clients)
	c := Column{
		Transport: t,
		Mean:      p.Latency.Mean(), P50: p.Latency.Quantile(0.5), P99: p.Latency.Quantile(0.99), Max: p.Latency.Max(),
		Requests: n * p.Requests, Connections: n * p.Connections,
		Up: bandwidth(p.Up, n), Down: bandwidth(p.Down, n),
		Egress: n * p.Down.IPBytes * month.Seconds(),
		Server: f.server(t, p),
	}
	if t.Polls() {
		c.Polls = &Polls{Empty: p.Empty, Batch: p.Batch}
	}
	return c
}

func bandwidth(d model.Direction, clients float64) Bandwidth {
	bits := 8 * clients
	return Bandwidth{
		Payload: bits * d.Payload, Framing: bits * d.Framing, Header: bits * d.Header,
		Handshake: bits * d.Handshake, TLS: bits * d.TLS, Socket: bits * d.Socket(), IP: bits * d.IPBytes,
	}
}

// server returns nil where the processor time is not known.
func (f *Forecast) server(t scenario.Transport, p model.Prediction) *Server {
	fit, host := f.evidence.fits[t], f.input(t).Host
	if p.CPU <= 0 {
		return nil
	}
	n := float64(f.Scenario.Clients)
	s := &Server{
		Clients: fit.clients, Each: fit.each,
		Cores: n * p.CPU, Memory: n * fit.memory, Capacity: math.Round(host.Capacity(p)),
	}
	if t != scenario.ShortPoll {
		s.WriteMean, s.WriteLast = host.Broadcast(f.question.subscribers())
	}
	return s
}
