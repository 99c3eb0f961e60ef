// Package admin is the interface between a target and whoever controls it: what can be asked on
// the admin address, and a client that asks.
//
//	POST /topics        make sure that topics exist; answers with the end of each log
//	POST /publications  start publishing a schedule
//	DELETE /publication stop publishing
//	GET  /publication   what the latest publication has published so far
//	GET  /publication/progress  how far it is, without what it published
//	GET  /clock         what the target's clock reads
//	GET  /metrics       Prometheus
//	GET  /healthz       200 and "pollpush-target"
//	GET  /debug/pprof/  profiles
//
// An address that is guarded by a token answers 401 to who does not name it, whatever is asked.
package admin

import (
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// Product is the body of /healthz: it tells a target from any other server.
const Product = "pollpush-target"

// TopicsRequest asks for topics 0 to Count-1.
type TopicsRequest struct {
	Count int `json:"count"`
}

// TopicsResponse tells where each topic's log ends.
type TopicsResponse struct {
	// Ends are the sequence numbers of the newest messages, by topic; 0 where there is none.
	Ends []uint64 `json:"ends"`
}

// PublicationRequest asks for a schedule to be published.
type PublicationRequest struct {
	Schedule scenario.Schedule `json:"schedule"`
	// In is how long after the request the schedule begins; the target answers with the instant.
	In time.Duration `json:"in_ns"`
	// At, if not 0, is the instant on the target's clock at which it begins instead: several targets of a
	// host begin together so. What is due before it is asked for is published late.
	At clock.Instant `json:"at_ns,omitempty"`
	// PayloadBytes is the size of each message.
	PayloadBytes int `json:"payload_bytes"`
}

// PublicationResponse tells when a publication begins.
type PublicationResponse struct {
	// Origin is the instant, on the target's clock, that the schedule counts from.
	Origin clock.Instant `json:"origin_ns"`
}

// ClockResponse tells what the target's clock reads.
type ClockResponse struct {
	Now clock.Instant `json:"now_ns"`
}

// Published is what a publication has published so far.
type Published struct {
	// Done is set when nothing more is published of the schedule.
	Done bool `json:"done"`
	// Stopped is set with it when the publication ended before the schedule was through.
	Stopped bool `json:"stopped"`
	// Records are the messages in the order in which they were published.
	Records []Record `json:"records"`
}

// Progress is how far a publication is: what is asked for again and again while clients are being served.
type Progress struct {
	Done    bool `json:"done"`    // as in Published
	Stopped bool `json:"stopped"` // as in Published
	Count   int  `json:"count"`   // messages published so far
}

// Record is one message as it was published.
type Record struct {
	Topic     int           `json:"t"`
	Seq       uint64        `json:"s"`
	Due       clock.Instant `json:"d"`
	Published clock.Instant `json:"p"`
}
