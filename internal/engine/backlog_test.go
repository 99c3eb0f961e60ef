package engine

import (
	"math"
	"strings"
	"testing"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// A server that carries four messages in the time of five has them wait for each other, longer and longer: at the end
// of the window a fifth is on its way. One that is late, and stays as late as it was, has no backlog to speak of;
// nor has a poll that takes as long as polls do.
func TestBacklog(t *testing.T) {
	const length, gap = 10 * time.Second, 10 * time.Millisecond
	for name, c := range map[string]struct {
		transport scenario.Transport
		latency   func(due time.Duration) time.Duration
		want      float64
		state     result.State
	}{
		"at once":           {scenario.WebSocket, func(time.Duration) time.Duration { return time.Millisecond }, 0, result.Valid},
		"steadily late":     {scenario.WebSocket, func(time.Duration) time.Duration { return 240 * time.Millisecond }, 0, result.Valid},
		"queueing up":       {scenario.WebSocket, func(due time.Duration) time.Duration { return due / 4 }, 0.179, result.Invalid},
		"a little":          {scenario.WebSocket, func(due time.Duration) time.Duration { return due / 10 }, 0.068, result.Suspect},
		"stopped and back":  {scenario.WebSocket, func(due time.Duration) time.Duration { return max(0, 6*time.Second-max(due, 5*time.Second)) }, 0, result.Valid},
		"polled":            {scenario.ShortPoll, func(due time.Duration) time.Duration { return time.Second - due%time.Second }, 0, result.Valid},
		"polled, queueing":  {scenario.ShortPoll, func(due time.Duration) time.Duration { return time.Second + due }, 0.486, result.Invalid},
		"nothing delivered": {scenario.SSE, nil, 0, result.Valid},
	} {
		s := scenario.Default()
		s.Duration, s.PollInterval = length, time.Second
		r := newRecorder(1, length)
		r.window.Store(&window{start: 0, end: clock.Instant(length)})
		a := &account{sequence: newSequence(0), from: math.MinInt64, until: math.MaxInt64, accepted: math.MinInt64}
		for due := time.Duration(0); c.latency != nil && due < length; due += gap {
			at := clock.Instant(due)
			r.unit(r.shards[0][0], a, &transport.Unit{Received: at.Add(c.latency(due)), Messages: []feed.Message{{Seq: uint64(due/gap) + 1, Due: at}}})
		}
		f := findings{scenario: s, limits: result.DefaultLimits(), groups: []*group{{transport: c.transport}}, length: length, sum: newAccount(s)}
		f.sum.Timeline = r.slices(length)
		if got := f.backlog(); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s: %.3f are behind, want %.3f", name, got, c.want)
		}
		v := verdict{State: result.Valid}
		f.judgePunctuality(&v)
		if v.State != c.state || (c.state != result.Valid) != strings.Contains(strings.Join(v.Reasons, " "), "had not arrived by the end of the window") {
			t.Errorf("%s: %s, %q, want %s", name, v.State, v.Reasons, c.state)
		}
	}
}
