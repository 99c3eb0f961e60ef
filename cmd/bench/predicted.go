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
// it; nothing where it does not know how messages arrive.
func announce(w io.Writer, variant string, s scenario.Scenario) {
	if !model.Knows(s.Arrivals) {
		return
	}
	for _, t := range s.Transports {
		for i, p := range predictParts(s, t, 1, s.Rate) {
			_, _ = fmt.Fprintf(w, "predicted  %s%-10s %smean %s, p99 %s, %.4g requests/s\n", column(variant), t, groupName(s, i),
				p.Mean.Round(time.Microsecond), p.P99.Round(time.Microsecond), p.RequestsPerSecond)
		}
	}
}

// groupName is what stands before the figures of a group.
func groupName(s scenario.Scenario, i int) string {
	if len(s.Groups) == 0 {
		return ""
	}
	return s.Groups[i].Name + "  "
}

// addPredictions puts what the model expects beside what was measured, at the rate that came about. Where there are
// groups it is asked about each of them: their latencies follow different laws.
func addPredictions(r *result.Result) {
	if !model.Knows(r.Scenario.Arrivals) {
		return
	}
	for i := range r.Trials {
		t := &r.Trials[i]
		if t.Messages.Published == nil || t.Wire.Window <= 0 {
			continue // how many messages there were is not known
		}
		rate := float64(*t.Messages.Published) / t.Wire.Window.Seconds() / float64(r.Scenario.Topics)
		predictions := predictParts(r.Scenario, t.Transport, t.Trial, rate)
		for j := range t.Groups {
			t.Groups[j].Predicted = &predictions[j]
		}
		if len(t.Groups) == 0 {
			t.Predicted = &predictions[0]
		}
	}
}

// predictParts returns what the model expects of each group in a trial, or of all clients where there are none.
func predictParts(s scenario.Scenario, t scenario.Transport, trial int, rate float64) []result.Prediction {
	var all []result.Prediction
	for i, a := range s.Attendance(trial) {
		part, over := s, t
		if len(s.Groups) > 0 {
			part.Link = s.Groups[i].Link
			if own := s.Groups[i].Transport; own != "" {
				over = own
			}
		}
		all = append(all, predict(part, over, a, rate))
	}
	return all
}

// predict returns what the model expects of clients over a transport at a rate. As many are there as are on average;
// each that joins makes a connection, and its first request unless that is an upgrade.
func predict(s scenario.Scenario, t scenario.Transport, a scenario.Attendance, rate float64) result.Prediction {
	in := model.FromScenario(s, t, model.Link{OneWay: s.OneWay()})
	in.Rate = rate
	p := model.Predict(in)
	joins := float64(a.Joins) / s.Duration.Seconds()
	p50, p99 := p.Latency.Quantile(0.5), p.Latency.Quantile(0.99)
	prediction := result.Prediction{
		Rate: rate,
		Mean: p.Latency.Mean(), P50: &p50, P99: &p99, Max: p.Latency.Max(),
		RequestsPerSecond: p.Requests * a.Mean, EmptyShare: p.Empty, MessagesPerAnswer: p.Batch,
		ConnectionsPerSecond: p.Connections*a.Mean + joins,
	}
	if t != scenario.WebSocket {
		prediction.RequestsPerSecond += joins
	}
	return prediction
}
