package engine

import "time"

// backlogGrace is how late a delivery may be, beyond what the transport honestly takes, before it counts as
// overdue: in a short window even a moment is a large part.
const backlogGrace = 250 * time.Millisecond

// backlog returns which part of the window's deliveries had not come by its end, although they had been due for
// longer than the transport may honestly take, and a moment. Where messages come faster than target and generator can carry
// them together, they queue up, and each waits for all before it: latency grows for as long as it is measured,
// and says how long that was. It is as precise as the slices of the timeline are short.
func (f *findings) backlog() float64 {
	honest := worstDelay(f.scenario, f.groups) + backlogGrace
	length := newTimeline(f.scenario.Duration).length
	var due, behind int64
	for i, slice := range f.sum.Timeline {
		left := f.length - time.Duration(i)*length - length/2
		if left <= honest {
			break
		}
		if h := slice.Latency; h != nil {
			due += h.Count()
			behind += h.Count() - h.AtMost([]time.Duration{left})[0]
		}
	}
	if due == 0 {
		return 0
	}
	return float64(behind) / float64(due)
}
