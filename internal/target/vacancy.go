package target

import (
	"sync/atomic"
	"time"
)

// vacancy finds out that no request has been handled on a connection for longer than net/http would
// leave it open for. What keeps such a connection is an answer that its client does not take: over
// HTTP/2 net/http sends the rest of a small one when the handler has returned, and waits for the
// stream's window to open (RFC 9113 section 5.2) without any bound. Its methods may be called at the
// same time.
type vacancy struct {
	opened   time.Time
	patience time.Duration
	over     func()
	timer    *time.Timer
	handled  atomic.Int64 // requests that are being handled
	left     atomic.Int64 // when the latest was, in nanoseconds from opened
	ended    atomic.Bool
}

// begin calls over when the connection has been vacant for patience.
func (v *vacancy) begin(patience time.Duration, over func()) {
	v.opened, v.patience, v.over = time.Now(), patience, over
	v.timer = time.AfterFunc(time.Hour, v.look)
	v.timer.Reset(patience) // not before look can see the timer
}

// end stops looking, when the connection is closed.
func (v *vacancy) end() {
	v.ended.Store(true)
	v.timer.Stop()
}

// enter says that a request is being handled from now on.
func (v *vacancy) enter() { v.handled.Add(1) }

// leave says that it is not any more.
func (v *vacancy) leave() {
	v.left.Store(int64(time.Since(v.opened)))
	v.handled.Add(-1)
}

// look is called now and then, rather than with each request: a timer that is stopped and started by
// every poll would be paid for by every poll.
func (v *vacancy) look() {
	if v.ended.Load() {
		return
	}
	if v.handled.Load() > 0 {
		v.timer.Reset(v.patience)
		return
	}
	rest := v.patience - (time.Since(v.opened) - time.Duration(v.left.Load()))
	if rest > 0 {
		v.timer.Reset(rest)
		return
	}
	v.over()
}
