package result

import (
	"math"
	"time"
)

// Prediction is what the model expects of a trial, at the rate at which messages really came. It is
// computed: it knows the link and how a transport works, and nothing of how long processors take.
type Prediction struct {
	Rate float64       `json:"rate"`    // messages per second and topic
	Mean time.Duration `json:"mean_ns"` // the mean latency
	// P50 is the median of latencies; nil of several trials that were taken together and have different ones.
	P50 *time.Duration `json:"p50_ns"`
	// P99 is the 99th percentile of latencies; nil of such trials, as the median is.
	P99               *time.Duration `json:"p99_ns"`
	Max               time.Duration  `json:"max_ns"`              // the greatest latency that there can be
	RequestsPerSecond float64        `json:"requests_per_second"` // HTTP requests of all clients
	EmptyShare        float64        `json:"empty_share"`         // the part of the polls that is answered empty, from 0 to 1
	MessagesPerAnswer float64        `json:"messages_per_answer"` // messages in each answer that has any
	// ConnectionsPerSecond are those made because keep-alive is off, and by clients that join.
	ConnectionsPerSecond float64 `json:"connections_per_second"`
}

// share is a part of what is merged: what the model expects of it, and what it weighs.
type share struct {
	of        *Prediction
	latencies int64 // how many were measured
	window    time.Duration
}

// mergePredictions returns what the model expects of several trials together, as their measurements are merged. The
// mean of all latencies is that of the trials, each weighed by the latencies that it has; what counts by
// time is weighed by the windows, shares of polls by the polls. All that is exact, but for shares of polls where clients join,
// whose first requests are among those that are predicted. A percentile of a mixture does
// not follow from those of its parts, unless they are one and the same. What of one trial is not predicted is not of
// the whole.
func mergePredictions(parts []share) *Prediction {
	var latencies, windows, polls, answers []float64
	for _, p := range parts {
		if p.of == nil {
			return nil
		}
		window := p.window.Seconds()
		latencies, windows = append(latencies, float64(p.latencies)), append(windows, window)
		polls = append(polls, p.of.RequestsPerSecond*window)
		answers = append(answers, p.of.RequestsPerSecond*window*(1-p.of.EmptyShare))
	}
	first := parts[0].of
	sum := Prediction{P50: first.P50, P99: first.P99, Max: first.Max}
	for _, p := range parts[1:] {
		sum.P50, sum.P99, sum.Max = same(sum.P50, p.of.P50), same(sum.P99, p.of.P99), max(sum.Max, p.of.Max)
	}
	mean := func(weights []float64, of func(*Prediction) float64) float64 { return weighed(parts, weights, of) }
	sum.Mean = nanoseconds(mean(latencies, func(p *Prediction) float64 { return float64(p.Mean) }))
	sum.Rate = mean(windows, func(p *Prediction) float64 { return p.Rate })
	sum.RequestsPerSecond = mean(windows, func(p *Prediction) float64 { return p.RequestsPerSecond })
	sum.ConnectionsPerSecond = mean(windows, func(p *Prediction) float64 { return p.ConnectionsPerSecond })
	sum.EmptyShare = mean(polls, func(p *Prediction) float64 { return p.EmptyShare })
	sum.MessagesPerAnswer = mean(answers, func(p *Prediction) float64 { return p.MessagesPerAnswer })
	return &sum
}

// weighed returns the weighted mean of a figure, and the plain mean where nothing weighs anything. Where all have the same
// figure, it is that one to the last bit.
func weighed(parts []share, weights []float64, of func(*Prediction) float64) float64 {
	var total float64
	for _, w := range weights {
		total += w
	}
	first := of(parts[0].of)
	mean := first
	for i, p := range parts {
		part := 1 / float64(len(parts))
		if total > 0 {
			part = weights[i] / total
		}
		mean += part * (of(p.of) - first)
	}
	return mean
}

// same returns the duration if both are it, nil otherwise.
func same(a, b *time.Duration) *time.Duration {
	if a == nil || b == nil || *a != *b {
		return nil
	}
	return a
}

// nanoseconds returns the nearest duration that there is.
func nanoseconds(ns float64) time.Duration {
	switch ns = math.Round(ns); {
	case ns >= math.MaxInt64:
		return math.MaxInt64
	case ns <= math.MinInt64:
		return math.MinInt64
	}
	return time.Duration(ns)
}
