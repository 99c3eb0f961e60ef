package engine

import (
	"fmt"
	"strings"
	"testing"

	"pollpush/internal/scenario"
)

// Engines take turns within each transport of each round, and who goes first changes from round to round: what
// slows down by and by hits them alike. One that asks for less is not run more often for it.
func TestTurns(t *testing.T) {
	engineOf := func(trials int, transports ...scenario.Transport) *Engine {
		return &Engine{Scenario: scenario.Scenario{Trials: trials, Transports: transports}}
	}
	for name, test := range map[string]struct {
		engines []*Engine
		want    string
	}{
		"alone":  {[]*Engine{engineOf(2, scenario.SSE, scenario.WebSocket)}, "0 sse 1, 0 websocket 1, 0 sse 2, 0 websocket 2"},
		"two":    {[]*Engine{engineOf(2, scenario.SSE), engineOf(2, scenario.SSE)}, "0 sse 1, 1 sse 1, 1 sse 2, 0 sse 2"},
		"uneven": {[]*Engine{engineOf(1, scenario.SSE), engineOf(2, scenario.LongPoll, scenario.SSE)}, "0 sse 1, 1 long-poll 1, 1 sse 1, 1 long-poll 2, 1 sse 2"},
	} {
		var got []string
		for _, turn := range turns(test.engines) {
			got = append(got, fmt.Sprintf("%d %s %d", turn.engine, turn.transport, turn.number))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s: %s\nwant %s", name, text, test.want)
		}
	}
}
