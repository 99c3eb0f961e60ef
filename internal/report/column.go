package report

import (
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// title is what a transport is called in prose and over its column.
var title = map[scenario.Transport]string{
	scenario.ShortPoll: "Short polling",
	scenario.LongPoll:  "Long polling",
	scenario.SSE:       "SSE",
	scenario.WebSocket: "WebSocket",
	scenario.Mixed:     "Mixed",
}

// column is one transport's trials taken together: counts added, histograms merged.
type column struct {
	transport scenario.Transport
	trials    int
	complete  bool
	state     result.State // the worst
	clients   int64        // connected before the window, summed over trials
	messages  result.Messages
	published int64 // messages that fell due, in the trial with the fewest; 0 when not known
	latency   *metrics.Histogram
	window    time.Duration
	setup     wire.Ledger
	steady    wire.Ledger
	packets   *wire.Traffic      // of the window; nil when a trial does not know
	server    result.Process     // CPU summed; memory and goroutines the largest
	predicted *result.Prediction // of the first trial: they differ by how many messages fell due
}

// columns returns a column for each transport that has a trial, in the scenario's order.
func columns(r result.Result) ([]column, error) {
	var cs []column
	for _, name := range r.Scenario.Transports {
		trials := r.Of(name)
		if len(trials) == 0 {
			continue
		}
		c, err := together(trials)
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}

// together takes the trials of one transport together.
func together(trials []result.Trial) (column, error) {
	sum, err := result.Merge(trials)
	if err != nil {
		return column{}, err
	}
	latency, err := sum.Latency.Histogram()
	if err != nil {
		return column{}, err
	}
	return column{
		transport: sum.Transport,
		trials:    len(trials),
		complete:  sum.Complete,
		state:     sum.Verdict.State,
		clients:   int64(sum.Clients.SetUp()),
		messages:  sum.Messages,
		published: fewest(trials),
		latency:   latency,
		window:    sum.Wire.Window,
		setup:     sum.Wire.Setup.Ledger,
		steady:    sum.Wire.Steady.Ledger,
		packets:   sum.Wire.Steady.Packets,
		server:    sum.Server.Process,
		predicted: trials[0].Predicted,
	}, nil
}

// fewest returns the messages that fell due in the trial with the fewest, 0 when one does not know.
func fewest(trials []result.Trial) int64 {
	var least int64
	for i, t := range trials {
		if t.Messages.Published == nil {
			return 0
		}
		if i == 0 || *t.Messages.Published < least {
			least = *t.Messages.Published
		}
	}
	return least
}

// answers is how many responses carried the window's messages, 0 for what is not asked for.
func (c column) answers() int64 {
	if !c.transport.Polls() {
		return 0
	}
	return c.steady.RequestsWithMessages
}

// perMessage returns n for each message that the window's exchanges and frames carried.
func (c column) perMessage(n int64) float64 { return float64(n) / float64(c.steady.Messages) }
