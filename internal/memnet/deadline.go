package memnet

import "time"

// deadline is a time to stop waiting at.
//
// Whether it has passed is read off the clock, and the timer only has waiters
// look again. A timer that fires late, after the deadline was moved, thus does
// no harm.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set moves the deadline; the zero time means none. Waiters have to be woken
// besides, as a time in the past arms no timer.
func (d *deadline) set(t time.Time, wake func()) {
	d.clear()
	if t.IsZero() {
		return
	}
	// Restated against the clock timers run by, as t may carry the wall clock's
	// time only: were the two to disagree, the timer could fire before the
	// deadline had passed, and nothing would wake the waiter again.
	now := time.Now()
	left := t.Sub(now)
	d.at = now.Add(left)
	if left > 0 {
		d.timer = time.AfterFunc(left, wake)
	}
}

func (d *deadline) clear() {
	if d.timer != nil {
		d.timer.Stop()
	}
	*d = deadline{}
}

func (d *deadline) passed() bool {
	return !d.at.IsZero() && !time.Now().Before(d.at)
}
