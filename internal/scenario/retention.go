package scenario

import (
	"math"
	"time"
)

// Retention returns how many messages of a topic a target must keep so that no poll of this
// scenario can fall behind: what is published in four poll intervals, with room for a stall. Four
// intervals that begin with a burst may hold one more than they do on average. A client that joins asks for a little of
// what was before.
func (s Scenario) Retention() int {
	const stall = 1000
	perInterval := s.Rate * s.PollInterval.Seconds()
	n := int(math.Ceil(4*perInterval)) + stall
	if len(s.Stages) > 0 {
		const joining = 5 * time.Second // from the cursor that a client joins with until it is answered
		n += int(math.Ceil(s.Rate * joining.Seconds()))
	}
	if s.Arrivals == Burst {
		n += s.Burst
	}
	return n
}
