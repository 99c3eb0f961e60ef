// Package adapter makes other people's servers measurable beside the target.
//
// A server is measured by three answers: how to subscribe to it, how to publish with it, and what it costs. The
// messages are the project's own, with sequence number and due time, so that latency and loss are found out from
// them, whoever carries them; and what a server costs is read from the kernel. Target gives these answers for the
// target, and Nchan for nginx with Nchan: another server is a file beside theirs.
//
// What an adapter cannot say is what a server counts itself. So there is no double entry of bytes here, as there
// is in the engine with the target.
package adapter

import (
	"context"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
)

// Server is a running server with one topic, which was empty when it started.
type Server interface {
	// Client returns a client that will follow the topic from its beginning over one of Transports.
	Client(name scenario.Transport, dialer *transport.Dialer) Client
	// Publish publishes a schedule's messages: each at its due time or late, but never not at all. It calls begun
	// with the instant that due times count from, before the first of them, and returns when all are published.
	Publish(ctx context.Context, p Publication, begun func(origin clock.Instant)) error
	// PID is the process that the server's cost is read from, with those that it started: see package procs.
	PID() int
	// Close ends the server, and waits for its end.
	Close()
}

// Client receives the messages of the topic over one connection, as the transports' own clients do.
type Client interface {
	// Subscribe calls sink.Ready once no message can be missed any more, then sink.Unit for each unit in order,
	// until ctx is done, and then returns nil, or until the transport fails.
	Subscribe(ctx context.Context, sink transport.Sink) error
}

// Publication is what is to be published.
type Publication struct {
	Schedule     scenario.Schedule // of one topic
	PayloadBytes int
}

// launchLead is how long after Publish is called its schedule begins.
const launchLead = 200 * time.Millisecond

// Transports are those that every server here has: the ones over which a message arrives when it is there. Which
// short poll finds it is the poll interval's doing, and not the server's.
func Transports() []scenario.Transport {
	return []scenario.Transport{scenario.LongPoll, scenario.SSE, scenario.WebSocket}
}
