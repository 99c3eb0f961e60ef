package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"sync"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/scenario"
	"pollpush/internal/source"
	"pollpush/pkg/clock"
	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
)

// Worker runs a share of one trial's clients on behalf of another process, which calls its methods by net/rpc:
// Connect, Release, Drain and Finish in this order, once each; Cut instead of any of them, and Snapshot at any
// time. Make it with NewWorker.
type Worker struct {
	// Dial opens connections; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Clock stamps what arrives: that of the host, or of a test.
	Clock clock.Clock

	ctx    context.Context //nolint:containedctx // net/rpc has none to pass: it ends with the process
	cancel context.CancelFunc
	begun  chan struct{} // closed when there is a share
	share  *share
	turn   sync.Mutex // held by the call that changes the share
}

// NewWorker returns a worker whose clients end with ctx.
func NewWorker(ctx context.Context) *Worker {
	w := &Worker{Clock: clock.New(), begun: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancel(ctx)
	return w
}

// Assignment is what a worker is to do.
type Assignment struct {
	Scenario scenario.Scenario `json:"scenario"`
	Headers  headers.Profile   `json:"headers"`
	// GroupHeaders are those of the scenario's groups.
	GroupHeaders []headers.Profile  `json:"group_headers"`
	Sources      source.List        `json:"sources"`
	Part         Part               `json:"part"`
	Sharers      int                `json:"sharers"` // how many workers dial the same target
	Transport    scenario.Transport `json:"transport"`
	Trial        int                `json:"trial"`
	Endpoint     transport.Endpoint `json:"endpoint"`
	CA           []byte             `json:"ca,omitempty"` // what TLS trusts; nil without TLS
	Ends         []uint64           `json:"ends"`         // of the topics' logs before the first client
}

// Readiness is what became of the clients.
type Readiness struct {
	Ready   int    `json:"ready"`
	Failure string `json:"failure"` // the first one's that could not subscribe
	// Late says that not all were ready, or refused, in time.
	Late bool `json:"late"`
}

// ReleaseOrder says when the schedule begins, and what counts.
type ReleaseOrder struct {
	Origin clock.Instant `json:"origin_ns"`
	Start  clock.Instant `json:"start_ns"`
	End    clock.Instant `json:"end_ns"`
}

// Due are the messages of a window, by topic.
type Due []Run

// Run is a run of sequence numbers without holes, and when each of the messages was due.
type Run struct {
	First uint64          `json:"first"`
	Due   []clock.Instant `json:"due_ns"`
}

// CutOrder says from when on nothing counts, and what had been due; nil where nobody knows.
type CutOrder struct {
	At  clock.Instant `json:"at_ns"`
	Due *Due          `json:"due"`
}

// Standing is where a share stands.
type Standing struct {
	Clients   metrics.ClientStates `json:"clients"`
	Delivered int64                `json:"delivered"`
	Tally     *Tally               `json:"tally"` // nil unless it was asked for
	// Lag is how late the process was at most since it was asked for the last time; 0 unless it was now.
	Lag time.Duration `json:"lag_ns"`
}

// StandingRequest asks for a Standing.
type StandingRequest struct {
	Tally bool `json:"tally"`
	Lag   bool `json:"lag"`
}

// None is what a call has no question or no answer in.
type None struct{}

// errOrder says that a call came out of order.
var errOrder = errors.New("there is no share of clients yet, or there is one already")

// Connect starts the share's clients, and returns when each is ready or has failed, or when it has taken too
// long.
func (w *Worker) Connect(a Assignment, r *Readiness) error {
	w.turn.Lock()
	defer w.turn.Unlock()
	if w.share != nil {
		return errOrder
	}
	w.share = newShare(w, a)
	close(w.begun)
	return w.share.connect(w.ctx, a.Ends, r)
}

// Release lets the clients go, and begins to measure.
func (w *Worker) Release(q ReleaseOrder, _ *None) error {
	w.turn.Lock()
	defer w.turn.Unlock()
	s, err := w.current()
	if err != nil {
		return err
	}
	s.release(w.ctx, q)
	return nil
}

// Drain waits for what is still on its way, as long as it may honestly take.
func (w *Worker) Drain(due Due, _ *None) error {
	w.turn.Lock()
	defer w.turn.Unlock()
	s, err := w.current()
	if err != nil {
		return err
	}
	return s.drain(w.ctx, due)
}

// Finish ends the clients in order and returns what was counted.
func (w *Worker) Finish(_ None, a *Account) error {
	w.turn.Lock()
	defer w.turn.Unlock()
	s, err := w.current()
	if err != nil {
		return err
	}
	*a = s.finish()
	return nil
}

// Cut ends the clients at once and returns what was counted.
func (w *Worker) Cut(q CutOrder, a *Account) error {
	w.cancel() // whoever has the turn gives it up
	w.turn.Lock()
	defer w.turn.Unlock()
	s, err := w.current()
	if err != nil {
		return err
	}
	*a = s.cut(q)
	return nil
}

// Snapshot tells where the share stands.
func (w *Worker) Snapshot(q StandingRequest, r *Standing) error {
	s, err := w.current()
	if err != nil {
		return err
	}
	r.Clients, r.Delivered = s.trial.crowd.states(), s.trial.recorder.delivered()
	if q.Tally {
		r.Tally = &Tally{s.trial.recorder.sum()}
	}
	if q.Lag {
		r.Lag = time.Duration(s.trial.lag.Swap(0))
	}
	return nil
}

func (w *Worker) current() (*share, error) {
	select {
	case <-w.begun:
		return w.share, nil
	default:
		return nil, errOrder
	}
}

// newShare returns the share of an assignment.
func newShare(w *Worker, a Assignment) *share {
	e := &Engine{
		Scenario: a.Scenario, Headers: a.Headers, GroupHeaders: a.GroupHeaders, Sources: a.Sources, Part: a.Part, Dial: w.Dial,
		sharers: a.Sharers,
	}
	t := newTrial(e, a.Transport, a.Trial, w.Clock)
	t.target = &Target{Endpoint: a.Endpoint}
	if a.CA != nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(a.CA)
		t.target.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
	}
	t.totals.Packets = &t.packets.counter
	t.crowd = newCrowd(t)
	return &share{trial: t, measured: make(chan struct{})}
}
