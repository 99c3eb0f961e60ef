package transport

import "sync/atomic"

// Counters count what a handler did, on the server's side. The zero value is ready for use, by any
// number of goroutines. They are plain numbers so that a transport needs no metrics library.
type Counters struct {
	Subscribers  atomic.Int64 // open streams, sockets and polls being answered, now
	Sent         atomic.Int64 // messages written
	Missed       atomic.Int64 // messages that readers were told they missed
	WithMessages atomic.Int64 // requests answered with messages, and streams opened
	Empty        atomic.Int64 // polls answered without
	Failed       atomic.Int64 // requests refused or broken off
	Upgrades     atomic.Int64 // WebSocket opening handshakes
}
