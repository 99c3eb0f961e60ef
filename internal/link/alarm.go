package link

import "time"

// alarm rings once, at the earliest of the times it was asked for. Whoever asked has to ask again
// when it rang, as for others it may have been too early. It is guarded by its connection's mutex.
type alarm struct {
	timer *time.Timer
	at    time.Time // zero when it is not to ring
}

// by makes the alarm ring at t, or before; the zero time asks for nothing. ring is the same every
// time, and runs on a goroutine of its own.
func (a *alarm) by(t time.Time, ring func()) {
	if t.IsZero() || (!a.at.IsZero() && !t.Before(a.at)) {
		return
	}
	a.at = t
	if a.timer == nil {
		a.timer = time.AfterFunc(time.Until(t), ring)
		return
	}
	a.timer.Reset(time.Until(t))
}

// stop takes back what was asked for. A ring that is under way is not stopped.
func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.at = time.Time{}
}
