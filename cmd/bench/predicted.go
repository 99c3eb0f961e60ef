package main

import (
	"fmt"
	"io"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// announce says what the model expects of a run, of a variant if it has a name, before it is known what came of
// it.
func announce(w io.Writer, variant string, s scenario.Scenario) {
	for _, t := range s.Transports {
		p := predict(s, t, s.Rate)
		_, _ = fmt.Fprintf(w, "predicted  %s%-10s mean %s, p99 %s, %.4g requests/s\n",
			column(variant), t, p.Mean.Round(time.Microsecond), p.P99.Round(time.Microsecond), p.RequestsPerSecond)
	}
}

// addPredictions puts what the model expects beside what was measured, at the rate that came about.
func addPredictions(r *result.Result) {
	for i := range r.Trials {
		t := &r.Trials[i]
		if t.Messages.Published == nil || t.Wire.Window <= 0 {
			continue // how many messages there were is not known
		}
		rate := float64(*t.Messages.Published) / t.Wire.Window.Seconds() / float64(r.Scenario.Topics)
		p := predict(r.Scenario, t.Transport, rate)
		t.Predicted = &p
	}
}

// predict returns what the model expects of a transport at a rate.
func predict(s scenario.Scenario, t scenario.Transport, rate float64) result.Prediction {
	in := model.FromScenario(s, t, model.Link{OneWay: s.OneWay()})
	in.Rate = rate
	p := model.Predict(in)
	return result.Prediction{
		Rate: rate,
		Mean: p.Latency.Mean(), P50: p.Latency.Quantile(0.5), P99: p.Latency.Quantile(0.99), Max: p.Latency.Max(),
		RequestsPerSecond: p.Requests * float64(s.Clients), EmptyShare: p.Empty, MessagesPerAnswer: p.Batch,
		ConnectionsPerSecond: p.Connections * float64(s.Clients),
	}
}
