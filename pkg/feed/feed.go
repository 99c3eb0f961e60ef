// Package feed holds what every transport delivers: messages, and the append-only log of each
// topic that readers follow with a cursor of their own.
//
// That all transports read the same log in the same way is what makes them comparable: the only
// thing that differs between two of them is their wire.
package feed

import (
	"fmt"
	"sync"
)

// Limits bound what a feed keeps. The zero value of a field means its default.
type Limits struct {
	Topics   int // topics at most, default 10,000
	Messages int // messages kept for each topic, default 4,096
	Bytes    int // bytes kept for each topic, default 8 MiB; the newest message always stays
}

func (l Limits) withDefaults() Limits {
	if l.Topics == 0 {
		l.Topics = 10_000
	}
	if l.Messages == 0 {
		l.Messages = 4096
	}
	if l.Bytes == 0 {
		l.Bytes = 8 << 20
	}
	return l
}

// Feed is a set of topics, numbered from 0, each with a log. It is safe for concurrent use.
type Feed struct {
	limits Limits

	mu   sync.RWMutex
	logs []*Log
}

// New returns a feed without topics.
func New(limits Limits) *Feed { return &Feed{limits: limits.withDefaults()} }

// Grow makes sure that topics 0 to n-1 exist. Topics are never taken away: a reader may be
// following any of them. It fails when n is more than the limit.
func (f *Feed) Grow(n int) error {
	if n > f.limits.Topics {
		return fmt.Errorf("feed: %d topics asked, %d at most", n, f.limits.Topics)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.logs) < n {
		f.logs = append(f.logs, newLog(f.limits.Messages, f.limits.Bytes))
	}
	return nil
}

// Topics returns how many topics there are.
func (f *Feed) Topics() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.logs)
}

// Topic returns the log of topic i, or nil when there is no such topic.
func (f *Feed) Topic(i int) *Log {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if i < 0 || i >= len(f.logs) {
		return nil
	}
	return f.logs[i]
}
