package report

import (
	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// column is one transport's trials taken together: counts added, histograms merged.
type column struct {
	transport scenario.Transport
	sum       result.Trial // all of them, merged
	trials    int
	complete  bool
	state     result.State // the worst
	published int64        // messages that fell due, in the trial with the fewest; 0 when not known
	latency   *metrics.Histogram
	steady    wire.Ledger
	server    result.Process // CPU summed; memory and goroutines the largest
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
		sum:       sum,
		trials:    len(trials),
		complete:  sum.Complete,
		state:     sum.Verdict.State,
		published: fewest(trials),
		latency:   latency,
		steady:    sum.Wire.Steady.Ledger,
		server:    sum.Server.Process,
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

// figure returns a figure in the unit that it is shown in; known is false where the trials do not tell, or
// the transport has no such thing.
func (c column) figure(k *metric.Kind) (v float64, known bool) {
	if !k.Has(c.transport) {
		return 0, false
	}
	v, known = k.Value(c.sum)
	return k.Shown(v), known
}

// value is the figure of a name in the unit that it is shown in, 0 where it is not known.
func (c column) value(name string) float64 {
	v, _ := metric.Figure(name, c.sum) // which is 0 then
	return v
}
