package engine

// due returns the messages that fell due in the window.
func (t *trial) due() windowMessages {
	w := t.recorder.window.Load()
	messages := make(windowMessages, t.scenario.Topics)
	for _, r := range t.published.Records {
		if w.containsDue(r.Due) && r.Topic < len(messages) {
			messages[r.Topic].add(r.Seq)
		}
	}
	return messages
}

// windowMessages are the messages of a window, by topic.
type windowMessages []topicMessages

// topicMessages is a run of sequence numbers without holes: a log numbers them so.
type topicMessages struct {
	first, last uint64
	count       int64
}

func (m *topicMessages) add(seq uint64) {
	if m.count == 0 {
		m.first = seq
	}
	m.last = seq
	m.count++
}
