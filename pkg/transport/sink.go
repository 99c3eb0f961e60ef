package transport

import (
	"context"
	"sync"

	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/wire"
)

// Sink takes what a subscription brings. Its methods are called from the goroutine that
// subscribed, one at a time.
type Sink interface {
	// Ready is called once, when the server has accepted the subscription: no message published
	// from now on can be missed. It may hold the subscriber until all others are ready, too, and
	// returns an error when there is nothing to wait for any more.
	Ready(ctx context.Context) error

	// Unit is called for each unit that is complete, in order. The unit and everything in it
	// belongs to the sink only during the call.
	Unit(u *Unit)
}

// Unit is what became complete at once: a poll with its answer, an SSE event or comment, a
// WebSocket frame, an opening handshake. It belongs to the phase of a trial in which it completed.
type Unit struct {
	// Received is the clock reading right after the Read that completed the unit, before anything
	// was decoded. For what was only sent, it is when it was sent.
	Received clock.Instant
	// Messages are those the unit carried, in order.
	Messages []feed.Message
	// Missed counts the messages that the server said this subscription will never get.
	Missed uint64
	// Cost is what the unit took on the wire. Cost.Messages is len(Messages).
	Cost wire.Ledger
	// Err is why a request failed; nil when none did.
	Err error
	// Scheduled and Left are when a poll should have left, and when it did. Both are zero for what
	// follows no schedule.
	Scheduled, Left clock.Instant
}

var units = sync.Pool{New: func() any { return new(Unit) }}

// BorrowUnit returns an empty unit. A client that waits for something to come needs none.
func BorrowUnit() *Unit {
	u, _ := units.Get().(*Unit) // nothing else is in there
	return u
}

// Return gives a unit back that was borrowed. Its memory goes to the next one.
func (u *Unit) Return() {
	clear(u.Messages) // what they stood in is not to live on for it
	*u = Unit{Messages: u.Messages[:0]}
	units.Put(u)
}
