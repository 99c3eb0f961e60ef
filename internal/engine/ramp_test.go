package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/link"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// ramps are the ways in which clients come and leave.
var ramps = map[string][]scenario.Stage{
	"up":                {{For: 10 * time.Second, Clients: 40}},
	"down":              {{For: 10 * time.Second, Clients: 3}, {For: 5 * time.Second, Clients: 3}},
	"up and down":       {{For: 7 * time.Second, Clients: 40}, {For: 3 * time.Second, Clients: 40}, {For: 5 * time.Second, Clients: 5}},
	"away and back":     {{For: 4 * time.Second, Clients: 0}, {For: 3 * time.Second, Clients: 0}, {For: 4 * time.Second, Clients: 30}, {For: time.Second, Clients: 12}},
	"all at once":       {{For: time.Second, Clients: 12}, {For: time.Millisecond, Clients: 200}, {For: 3 * time.Second, Clients: 200}, {For: time.Millisecond, Clients: 1}, {For: time.Second, Clients: 1}},
	"stays are short":   {{For: time.Second, Clients: 60}, {For: time.Second, Clients: 5}, {For: time.Second, Clients: 60}, {For: time.Second, Clients: 5}},
	"until the end":     {{For: 5 * time.Second, Clients: 12}, {For: 10 * time.Millisecond, Clients: 50}},
	"nobody in between": {{For: 10 * time.Millisecond, Clients: 0}, {For: 5 * time.Second, Clients: 0}, {For: 10 * time.Millisecond, Clients: 20}},
}

// ramped is a scenario of twelve clients that is as small has it, in these stages.
func ramped(name scenario.Transport, stages []scenario.Stage) scenario.Scenario {
	s := small(name)
	s.Stages, s.Arrivals, s.Rate = stages, scenario.Poisson, 9
	s.Duration = s.StagesLength()
	return s
}

// owed returns how many deliveries a scenario makes in trial 1, in each of n slices of its window, by what it says
// alone.
func owed(s scenario.Scenario, n int) []int64 {
	counts := make([]int64, n)
	length := s.Duration / time.Duration(n)
	for k := range s.Peak() {
		for _, stay := range s.Stays(k) {
			for a := range s.Schedule(1).All() {
				if due := a.Due - s.Warmup; a.Topic == k%s.Topics && stay.From <= due && due < stay.Until {
					counts[min(int(due/length), n-1)]++
				}
			}
		}
	}
	return counts
}

// Whoever comes and leaves gets exactly what fell due in between, over every transport, and the books balance
// to the byte.
func TestConformanceUnderRamps(t *testing.T) {
	satellite, err := link.Preset("satellite")
	if err != nil {
		t.Fatal(err)
	}
	variants := map[string]func(*scenario.Scenario){
		"plain":         func(*scenario.Scenario) {},
		"burst":         func(s *scenario.Scenario) { s.Arrivals, s.Burst = scenario.Burst, 9 },
		"fixed delay":   func(s *scenario.Scenario) { s.PollPacing = scenario.FixedDelay },
		"no keep-alive": func(s *scenario.Scenario) { s.KeepAlive = false },
		"tls, resumed":  func(s *scenario.Scenario) { s.TLS, s.Resume, s.Trials = true, true, 1 },
		"h2c":           func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 },
		"satellite":     func(s *scenario.Scenario) { s.Link = satellite; s.PollInterval = 2 * time.Second },
		"far, seldom":   func(s *scenario.Scenario) { s.Rate, s.Link.RTT = 0.1, time.Second },
		"seldom":        func(s *scenario.Scenario) { s.Rate, s.Hold = 0.3, 2*time.Second },
	}
	for _, name := range scenario.Transports() {
		for ramp, stages := range ramps {
			for variant, change := range variants {
				s := ramped(name, stages)
				change(&s)
				if s.HTTP == scenario.HTTP2 && s.Validate() != nil || s.TLS && ramp != "away and back" {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%s", name, ramp, variant), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { conformsUnderRamps(t, s, newLaboratory(t).run(s)[0]) })
				})
			}
		}
	}
}

func conformsUnderRamps(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	m := r.Messages
	if want := owed(s, 1)[0]; *m.Expected != want || m.Delivered != want || *m.Lost != 0 || m.Duplicated != 0 || m.Reordered != 0 {
		t.Errorf("messages = %+v, expected %d, lost %d: want %d delivered once and in order", m, *m.Expected, *m.Lost, want)
	}
	if r.Latency.Count+m.JoinedLate != m.Delivered {
		t.Errorf("%d latencies and %d without for %d deliveries", r.Latency.Count, m.JoinedLate, m.Delivered)
	}
	joins := 0
	for _, a := range s.Attendance(1) {
		joins += a.Joins
	}
	if c := r.Clients; c.Asked != s.Clients+joins || c.Connected != c.Asked || *c.Before != s.Clients {
		t.Errorf("clients = %+v, %d before: want %d and %d joins", c, *c.Before, s.Clients, joins)
	}
	if d := r.Server.Books.Difference; d == nil || *d != 0 {
		t.Errorf("the books differ by %v", d)
	}
	// A window of few messages or few polls is suspect for that; whatever is wrong with the books is invalid.
	if r.Verdict.State == result.Invalid {
		t.Errorf("verdict = %+v", r.Verdict)
	}
	addsUp(t, r.Wire)
	setUp(t, s, r.Wire.Setup.Ledger)
	slicesAddUp(t, s, r)
}

func slicesAddUp(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	var delivered int64
	var longest time.Duration
	want := owed(s, result.Slices(s.Duration))
	for i, slice := range r.Timeline {
		if slice.Delivered != want[i] {
			t.Errorf("slice %d has %d deliveries, want %d", i, slice.Delivered, want[i])
		}
		delivered += slice.Delivered
		longest = max(longest, slice.Max)
		if want := time.Duration(i) * (s.Duration / time.Duration(len(r.Timeline))); slice.Start != want {
			t.Errorf("slice %d begins at %v, want %v", i, slice.Start, want)
		}
	}
	if n := len(r.Timeline); n != len(want) || delivered != r.Messages.Delivered || longest != r.Latency.Max {
		t.Errorf("%d slices have %d deliveries, the latest of %v: want %d and %v", n, delivered, longest, r.Messages.Delivered, r.Latency.Max)
	}
}

// What a client that joins gets of the time before its subscription was accepted is delivered, and is no latency
// of the transport: over a push each message that counts took one transit, however far away the target is.
func TestJoiningIsNoLatency(t *testing.T) {
	for _, name := range []scenario.Transport{scenario.SSE, scenario.WebSocket} {
		synctest.Test(t, func(t *testing.T) {
			s := ramped(name, ramps["up"])
			s.Link.RTT, s.Rate = 400*time.Millisecond, 20
			r := newLaboratory(t).run(s)[0]
			conformsUnderRamps(t, s, r)
			// To connect and to subscribe takes a round trip each, and so many messages fall due meanwhile.
			if want := dueAfterJoining(s, 2*s.Link.RTT); r.Messages.JoinedLate != want {
				t.Errorf("%s: %d messages came to clients that joined too late for them, want %d", name, r.Messages.JoinedLate, want)
			}
			if transit := s.Link.RTT / 2; r.Latency.Min < transit || r.Latency.Max > transit {
				t.Errorf("%s: latency from %v to %v, want %v", name, r.Latency.Min, r.Latency.Max, transit)
			}
		})
	}
}

// dueAfterJoining returns how many messages of trial 1 fall due within a time after their client joined.
func dueAfterJoining(s scenario.Scenario, within time.Duration) (n int64) {
	for k := s.Clients; k < s.Peak(); k++ {
		joined := s.Stays(k)[0].From
		for a := range s.Schedule(1).All() {
			if due := a.Due - s.Warmup; a.Topic == k%s.Topics && joined <= due && due < joined+within {
				n++
			}
		}
	}
	return n
}

// A short-polling client that joins polls where its place in the interval is: the polls of all stay spread.
func TestJoinersKeepTheirPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ramped(scenario.ShortPoll, []scenario.Stage{{For: time.Millisecond, Clients: 500}, {For: 20 * time.Second, Clients: 500}})
		r := newLaboratory(t).run(s)[0]
		conformsUnderRamps(t, s, r)
		uniform(t, r.Latency, 0, s.PollInterval)
		if r.PollLag.Max != 0 {
			t.Errorf("a poll left %v late", r.PollLag.Max)
		}
	})
}

// A run that is interrupted on a ramp says how many clients had come, and claims no loss.
func TestInterruptedOnARamp(t *testing.T) {
	for _, name := range scenario.Transports() {
		synctest.Test(t, func(t *testing.T) {
			s := ramped(name, []scenario.Stage{{For: 28 * time.Second, Clients: 40}})
			ctx, cancel := contextFor(t, 2*time.Second+100*time.Millisecond+s.Duration/2)
			defer cancel()
			r, err := newLaboratory(t).engine(s).Run(ctx)
			if err == nil || len(r.Trials) != 1 {
				t.Fatalf("%d trials, %v", len(r.Trials), err)
			}
			trial := r.Trials[0]
			if c := trial.Clients; c.Asked < 25 || c.Asked > 27 || *c.Before != 12 || trial.Messages.Lost != nil {
				t.Errorf("%s: clients = %+v after half a ramp from 12 to 40", name, c)
			}
			if n := len(trial.Timeline); n < 27 || n > 31 {
				t.Errorf("%s: %d slices of half a window", name, n)
			}
		})
	}
}

// Clients that cannot join are missing from the figures, and the verdict says so; and so it does of messages that a
// leaving client never got.
func TestJoinsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.config.MaxConnections = 20
		s := ramped(scenario.WebSocket, ramps["up and down"])
		r, err := l.engine(s).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		trial := r.Trials[0]
		if c := trial.Clients; c.Asked != 40 || c.Connected != 20 {
			t.Errorf("clients = %+v", c)
		}
		wantReason(t, trial, result.Invalid, "20 of 40 clients did not connect")
		if m := trial.Messages; *m.Expected != m.Delivered || *m.Lost != 0 {
			t.Errorf("messages = %+v: those that connected should get everything", m)
		}
	})
}

// What is seen of a run while clients come and leave counts them.
func TestSnapshotOnARamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := ramped(scenario.SSE, append([]scenario.Stage{{For: time.Second, Clients: 12}}, ramps["up and down"]...))
		e := newLaboratory(t).engine(s)
		var there []int64
		e.Progress = func(p engine.Progress) {
			if p.Clients != 40 {
				t.Errorf("%d clients at most", p.Clients)
			}
			there = append(there, p.Ready)
			if p.Phase == engine.Drain {
				if now := e.Snapshot()[0].Clients; now.Ready != p.Ready || now.Connecting != 0 || now.Failed != 0 {
					t.Errorf("clients = %+v", now)
				}
			}
		}
		if _, err := e.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(there), "[0 12 12 6 6 6]"; got != want {
			t.Errorf("clients in the phases = %s, want %s", got, want)
		}
	})
}
