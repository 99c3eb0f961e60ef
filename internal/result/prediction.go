package result

import "time"

// Prediction is what the model expects of a trial, at the rate at which messages really came. It is
// computed: it knows the link and how a transport works, and nothing of how long processors take.
type Prediction struct {
	Rate              float64       `json:"rate"` // messages per second and topic
	Mean              time.Duration `json:"mean_ns"`
	P50               time.Duration `json:"p50_ns"`
	P99               time.Duration `json:"p99_ns"`
	Max               time.Duration `json:"max_ns"`
	RequestsPerSecond float64       `json:"requests_per_second"` // of all clients
	EmptyShare        float64       `json:"empty_share"`         // of the polls
	MessagesPerAnswer float64       `json:"messages_per_answer"` // of the answers that have any
	// ConnectionsPerSecond are those made because keep-alive is off, and by clients that join.
	ConnectionsPerSecond float64 `json:"connections_per_second"`
}
