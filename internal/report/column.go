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
}

// column is one transport's trials taken together: counts added, histograms merged.
type column struct {
	transport scenario.Transport
	trials    int
	complete  bool
	state     result.State // the worst
	clients   int64        // connected, summed over trials
	messages  result.Messages
	published int64 // messages that fell due, in the trial with the fewest; 0 when not known
	latency   *metrics.Histogram
	window    time.Duration
	setup     wire.Ledger
	steady    wire.Ledger
	packets   *wire.Traffic  // of the window; nil when a trial does not know
	server    result.Process // CPU summed; memory and goroutines the largest
}

// columns returns a column for each transport that has a trial, in the scenario's order.
func columns(r result.Result) ([]column, error) {
	var cs []column
	for _, name := range r.Scenario.Transports {
		c := column{transport: name, complete: true, state: result.Valid, latency: metrics.NewHistogram()}
		for _, t := range r.Trials {
			if t.Transport != name {
				continue
			}
			if err := c.add(t); err != nil {
				return nil, err
			}
		}
		if c.trials > 0 {
			cs = append(cs, c)
		}
	}
	return cs, nil
}

func (c *column) add(t result.Trial) error {
	h, err := t.Latency.Histogram()
	if err != nil {
		return err
	}
	c.latency.Merge(h)
	c.trials++
	c.complete = c.complete && t.Complete
	c.state = worse(c.state, t.Verdict.State)
	c.clients += int64(t.Clients.Connected)
	var published int64
	if t.Messages.Published != nil {
		published = *t.Messages.Published
	}
	if c.trials == 1 || published < c.published {
		c.published = published
	}
	c.messages.Expected = addKnown(c.messages.Expected, t.Messages.Expected, c.trials == 1)
	c.messages.Delivered += t.Messages.Delivered
	c.messages.Lost = addKnown(c.messages.Lost, t.Messages.Lost, c.trials == 1)
	c.window += t.Wire.Window
	c.setup = c.setup.Add(t.Wire.Setup.Ledger)
	c.steady = c.steady.Add(t.Wire.Steady.Ledger)
	c.packets = addTraffic(c.packets, t.Wire.Steady.Packets, c.trials == 1)
	c.server.CPUUser += t.Server.CPUUser
	c.server.CPUSystem += t.Server.CPUSystem
	c.server.RSS = max(c.server.RSS, t.Server.RSS)
	c.server.Goroutines = max(c.server.Goroutines, t.Server.Goroutines)
	return nil
}

// addTraffic adds packets; those that are not known make the sum unknown.
func addTraffic(sum, t *wire.Traffic, first bool) *wire.Traffic {
	if t == nil || (sum == nil && !first) {
		return nil
	}
	total := *t
	if sum != nil {
		total = total.Add(*sum)
	}
	return &total
}

// addKnown adds counts; one that is not known makes the sum unknown.
func addKnown(sum, n *int64, first bool) *int64 {
	if n == nil || (sum == nil && !first) {
		return nil
	}
	total := *n
	if sum != nil {
		total += *sum
	}
	return &total
}

func worse(a, b result.State) result.State {
	if a == result.Invalid || b == result.Invalid {
		return result.Invalid
	}
	if a == result.Suspect {
		return a
	}
	return b
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
