package engine

import (
	"context"
	"net"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/scenario"
	"pollpush/pkg/transport"
)

// Part is the scenario's clients that one process runs: Count of them from First on, by their numbers in the whole
// scenario, those that join later among them. The zero value is all.
type Part struct {
	First int `json:"first"`
	Count int `json:"count"`
}

// of returns the part of a scenario's clients, spelt out.
func (p Part) of(s scenario.Scenario) Part {
	if p == (Part{}) {
		return Part{Count: s.Peak()}
	}
	return p
}

// Parts cuts a scenario's clients into so many parts, which differ by one client at most.
func Parts(clients, parts int) []Part {
	all := make([]Part, parts)
	for i := range all {
		first := i * clients / parts
		all[i] = Part{First: first, Count: (i+1)*clients/parts - first}
	}
	return all
}

// What a client does that nobody answers while all connect. The kernel itself repeats a SYN after 1, 3 and 7
// seconds.
const (
	dialAttempts = 6
	dialTimeout  = 12 * time.Second
	dialPause    = 100 * time.Millisecond
)

// starters is how many of the part are there from the beginning.
func (p Part) starters(s scenario.Scenario) int { return min(max(s.Clients-p.First, 0), p.Count) }

// planned returns how many subscriptions the part is to make in a trial, by group.
func (p Part) planned(s scenario.Scenario, trial int) []int {
	n := make([]int, max(1, len(s.Groups)))
	for i, group := range s.Deal(trial)[p.First : p.First+p.Count] {
		n[group] += len(s.Stays(p.First + i))
	}
	return n
}

// dials returns how clients of a group connect: over its link, from each of the source addresses, or from where
// the system likes.
func (e *Engine) dials(g *group, trial int) []link.Dial {
	path := g.path
	// No two groups, processes or addresses share their jitter.
	path.Seed = e.Scenario.Seed + uint64(trial) + uint64(g.place)<<32 + uint64(e.Part.First)<<40
	if e.Sources.Len() == 0 {
		return []link.Dial{path.Dialer(e.Dial)}
	}
	dials := make([]link.Dial, e.Sources.Len())
	for i := range dials {
		each := path
		each.Seed += uint64(i) << 16
		dials[i] = each.Dialer(e.dialFrom(i))
	}
	return dials
}

func (e *Engine) dialFrom(i int) func(ctx context.Context, network, address string) (net.Conn, error) {
	if e.Dial != nil {
		return e.Dial // a network that has no addresses to choose from
	}
	return e.Sources.Dial(i)
}

// slots bounds how many connections this process opens at once: its share, where others dial the same
// target.
func (e *Engine) slots() chan struct{} {
	return make(chan struct{}, max(1, ConcurrentDials/max(1, e.sharers)))
}

// newRetry returns what dials again until the clients are released.
func newRetry(released <-chan struct{}) *transport.Retry {
	return &transport.Retry{
		Attempts: dialAttempts, Timeout: dialTimeout, Pause: dialPause,
		While: func() bool {
			select {
			case <-released:
				return false
			default:
				return true
			}
		},
	}
}

// dialer returns how one client connects, by its number in the whole scenario. Each has TLS sessions of its own,
// as different machines would.
func (t *trial) dialer(g *group, number int, slots chan struct{}, hold func(free func())) *transport.Dialer {
	http2 := t.scenario.OverHTTP2(g.transport)
	return &transport.Dialer{
		Dial: g.dials[number%len(g.dials)], Clock: t.clock, Totals: &t.totals,
		Slots: slots, Hold: hold, Retry: t.crowd.retry,
		TLS: t.target.ClientTLS(t.scenario.Resume, http2), HTTP2: http2,
	}
}
