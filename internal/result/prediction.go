package result

import "time"

// Prediction is what the model expects of a trial, at the rate at which messages really came. It is
// computed: it knows the link and how a transport works, and nothing of how long processors take.
type Prediction struct {
	Rate              float64       `json:"rate"`                // messages per second and topic
	Mean              time.Duration `json:"mean_ns"`             // the mean latency
	P50               time.Duration `json:"p50_ns"`              // the median of latencies
	P99               time.Duration `json:"p99_ns"`              // the 99th percentile of latencies
	Max               time.Duration `json:"max_ns"`              // the greatest latency that there can be
	RequestsPerSecond float64       `json:"requests_per_second"` // HTTP requests of all clients
	EmptyShare        float64       `json:"empty_share"`         // the part of the polls that is answered empty, from 0 to 1
	MessagesPerAnswer float64       `json:"messages_per_answer"` // messages in each answer that has any
	// ConnectionsPerSecond are those made because keep-alive is off, and by clients that join.
	ConnectionsPerSecond float64 `json:"connections_per_second"`
}
