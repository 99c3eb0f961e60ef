package engine

import (
	"testing"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// A client that joins begins with the cursor of half a second before: what fell due since may not be published
// yet by a target that is late, which refuses a cursor beyond its end. One that leaves waits for what fell due
// before.
func TestCursors(t *testing.T) {
	s := scenario.Default()
	s.Clients, s.Topics, s.Rate, s.Warmup = 1, 1, 10, time.Second // due after 50 ms, 150 ms ...
	s.Stages = []scenario.Stage{{For: 2 * time.Second, Clients: 3}, {For: 2 * time.Second, Clients: 1}}
	s.Duration = s.StagesLength()
	e := &Engine{Scenario: s}
	judged := newTrial(e, scenario.SSE, 1, clock.New())
	judged.target = &Target{}
	judged.crowd = newCrowd(judged)
	judged.crowd.agenda = newAgenda(s, 1)
	ends := []uint64{100}
	for k, want := range [][2]uint64{
		{100, 0},             // stays
		{100 + 5, 0},         // joins when the window begins, 1 s after the first message
		{100 + 15, 100 + 40}, // joins 1 s later, and leaves 3 s after the window began
	} {
		v := judged.crowd.newClient(k, judged.groups[0], 0, ends)
		got := v.stays[0]
		if got.after != want[0] || got.leaves != (want[1] > 0) || got.leaves && got.last != want[1] {
			t.Errorf("client %d: %+v of %v, after %d, last %d: want %v", k, got.planned, s.Stays(k), got.after, got.last, want)
		}
	}
}

// The first poll after an instant is at the client's place in the first interval whose place is not over.
func TestFirstPlace(t *testing.T) {
	s := scenario.Default()
	for after, want := range map[time.Duration]time.Duration{
		-time.Hour: 0, 0: 0, 250 * time.Millisecond: 0, 250*time.Millisecond + 1: time.Second,
		time.Second: time.Second, 5*time.Second + 250*time.Millisecond: 5 * time.Second, 5*time.Second + 251*time.Millisecond: 6 * time.Second,
	} {
		origin := clock.Instant(time.Hour)
		if got := firstPlace(s, origin, 0.25, origin.Add(after)).Sub(origin); got != want {
			t.Errorf("after %v the interval begins at %v, want %v", after, got, want)
		}
	}
}
