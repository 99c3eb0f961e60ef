package engine

import (
	"slices"

	"pollpush/internal/admin"
	"pollpush/pkg/clock"
)

// due returns the messages that fell due in the window.
func (t *trial) due() windowMessages {
	return t.recorder.window.Load().due(t.scenario.Topics, t.published.Records)
}

// due returns the messages of so many topics that fell due in the window.
func (w *window) due(topics int, records []admin.Record) windowMessages {
	messages := make(windowMessages, topics)
	for _, r := range records {
		if due := r.Due.Add(-w.ahead); w.contains(due) && r.Topic < len(messages) {
			messages[r.Topic].add(r.Seq, due)
		}
	}
	return messages
}

// windowMessages are the messages of a window, by topic.
type windowMessages []topicMessages

// published counts them.
func (w windowMessages) published() *int64 {
	n := new(int64)
	for _, topic := range w {
		*n += int64(len(topic.due))
	}
	return n
}

// topicMessages is a run of sequence numbers without holes, as a log numbers them, and when each was due by our
// clock, in this order.
type topicMessages struct {
	first uint64
	due   []clock.Instant
}

func (m *topicMessages) add(seq uint64, due clock.Instant) {
	if len(m.due) == 0 {
		m.first = seq
	}
	m.due = append(m.due, due)
}

// owed returns the messages that a stay is to get: the first one's number, and how many there are.
func (m *topicMessages) owed(s *stay, w *window) (first uint64, n int64) {
	from, to := 0, len(m.due)
	if s.joins {
		from, _ = slices.BinarySearch(m.due, w.start.Add(s.planned.From))
	}
	if s.leaves {
		to, _ = slices.BinarySearch(m.due, w.start.Add(s.planned.Until))
	}
	return m.first + uint64(from), int64(max(to-from, 0))
}

// expected returns how many deliveries of the window's messages the clients of each group should get that were
// ready for them.
func (c *crowd) expected(w windowMessages) []int64 {
	return c.tally(w, func(_ *stay, _ uint64, n int64) int64 { return n })
}

// lost returns how many of them did not come. The clients must have ended.
func (c *crowd) lost(w windowMessages) []int64 {
	return c.tally(w, func(s *stay, first uint64, n int64) int64 {
		if n == 0 {
			return 0
		}
		return s.account.sequence.missing(first, first+uint64(n)-1)
	})
}

// tally sums, by group, what there is to say of each stay that was ready, and of what it was owed.
func (c *crowd) tally(w windowMessages, of func(s *stay, first uint64, n int64) int64) []int64 {
	sums, span := make([]int64, len(c.trial.groups)), c.trial.recorder.window.Load()
	for _, v := range c.clients {
		for _, s := range v.stays {
			if s.ready.Load() {
				first, n := w[v.topic].owed(s, span)
				sums[v.group.place] += of(s, first, n)
			}
		}
	}
	return sums
}

// sum adds counts.
func sum[N int | int64](counts []N) N {
	var n N
	for _, c := range counts {
		n += c
	}
	return n
}
