package link

import (
	"sync"
	"time"
)

// segmentBytes is what a paced line sends at once: the data of an Ethernet frame. Where there is no
// limit to the bandwidth, what was written at once arrives at once.
const segmentBytes = 1460

// segment is bytes that arrive together.
type segment struct {
	data []byte
	due  time.Time
}

// direction is one direction of a connection: what is on its way, and who waits for it. It is
// guarded by its connection's mutex, which is never held while waiting: a goroutine that waits for a
// mutex keeps a bubble from being idle.
type direction struct {
	line   line
	window int // bytes that may be on their way

	segments []segment
	held     int       // bytes of segments, and of one that is being handed over
	end      time.Time // when what ends the direction arrives, behind the segments; zero before it was sent

	changed  sync.Cond
	alarm    alarm
	ring     func()    // what the alarm calls; it broadcasts changed
	deadline time.Time // of this side's calls
}

func newDirection(l line, guard sync.Locker, ring func()) direction {
	return direction{line: l, window: l.window(), changed: sync.Cond{L: guard}, ring: ring}
}

// room returns how many more bytes may be on their way.
func (d *direction) room() int { return max(0, d.window-d.held) }

// send puts data on its way, which is not to be changed any more.
func (d *direction) send(now time.Time, data []byte) {
	transit := d.line.transit()
	for len(data) > 0 {
		n := len(data)
		if d.line.rate > 0 {
			n = min(n, segmentBytes)
		}
		d.segments = append(d.segments, segment{data[:n], d.line.carry(now, n, transit)})
		d.held += n
		data = data[n:]
	}
}

// sendEnd puts the end on its way, behind the data.
func (d *direction) sendEnd(now time.Time) {
	d.end = d.line.carry(now, 0, d.line.transit())
}

// next returns when the next segment arrives, or the end, or the zero time when nothing is on its
// way.
func (d *direction) next() time.Time {
	if len(d.segments) > 0 {
		return d.segments[0].due
	}
	return d.end
}

// arrived reports whether a segment is there to be taken.
func (d *direction) arrived(now time.Time) bool {
	return len(d.segments) > 0 && !d.segments[0].due.After(now)
}

// ended reports whether the end is there, and with it all segments.
func (d *direction) ended(now time.Time) bool {
	return !d.end.IsZero() && !d.end.After(now)
}

// shift takes the first segment. Its bytes are held until the caller says that they are not.
func (d *direction) shift() []byte {
	data := d.segments[0].data
	d.segments[0].data = nil
	d.segments = d.segments[1:]
	if len(d.segments) == 0 {
		d.segments = nil // an idle connection holds no memory
	}
	return data
}

// read copies into p what has arrived.
func (d *direction) read(p []byte, now time.Time) (n int) {
	for n < len(p) && d.arrived(now) {
		first := &d.segments[0]
		m := copy(p[n:], first.data)
		n += m
		d.held -= m
		if first.data = first.data[m:]; len(first.data) == 0 {
			d.shift()
		}
	}
	return n
}

// drop forgets what is on its way.
func (d *direction) drop() {
	for _, s := range d.segments {
		d.held -= len(s.data)
	}
	d.segments, d.end = nil, time.Time{}
}

// overdue reports whether the deadline has passed. It counts even when there is something to do, as
// a socket's does.
func (d *direction) overdue(now time.Time) bool {
	return !d.deadline.IsZero() && !now.Before(d.deadline)
}

// wake makes changed be broadcast when the next thing arrives.
func (d *direction) wake() { d.alarm.by(d.next(), d.ring) }

// wait waits for a change, or for the deadline.
func (d *direction) wait() {
	d.alarm.by(d.deadline, d.ring)
	d.changed.Wait()
}
