package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/worker"
)

// fleet is a laboratory whose runs are spread: workers are called as those of other processes are, over pipes
// in memory.
type fleet struct {
	*laboratory
	spread engine.Spread

	mu         sync.Mutex
	targets    []*engine.Target
	generators map[int]*engine.Generator // by their first client
	// onCall, if set, is asked before each call of the generator with that first client; an error is what becomes of it.
	onCall func(ctx context.Context, first int, method string) error
}

func newFleet(t *testing.T, generators, targets int) *fleet {
	f := &fleet{
		laboratory: newLaboratory(t), spread: engine.Spread{Generators: generators, Targets: targets},
		generators: make(map[int]*engine.Generator),
	}
	f.spread.Start = f.start
	return f
}

// engine returns an engine that launches everything afresh for each trial.
func (f *fleet) engine(s scenario.Scenario) *engine.Engine {
	f.configure(s)
	e := f.laboratory.engine(s)
	e.Launch, e.Spread = f.launch, f.spread
	return e
}

// launch starts a target on ports of its own, which have as many digits as those of others.
func (f *fleet) launch(context.Context) (*engine.Target, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	service, err := f.network.Listen(fmt.Sprintf("127.0.0.1:%d", 8080+len(f.targets)))
	if err != nil {
		return nil, err
	}
	control, err := f.network.Listen(fmt.Sprintf("127.0.0.1:%d", 9090+len(f.targets)))
	if err != nil {
		return nil, err
	}
	dial := f.network.DialContext
	if f.way != nil {
		dial = f.dialFar
	}
	t, err := f.serve(service, control, dial)
	if err == nil {
		f.targets = append(f.targets, t)
	}
	return t, err
}

// start starts a worker, which ends as a process does: at once, with all its connections.
func (f *fleet) start(context.Context) (*engine.Generator, error) {
	ctx, cancel := context.WithCancel(context.Background())
	w := engine.NewWorker(ctx)
	w.Dial, w.Clock = f.network.DialContext, f.clock
	ours, theirs := net.Pipe()
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		if err := worker.Serve(w, theirs); err != nil {
			f.t.Error(err)
		}
	}()
	kill := sync.OnceFunc(func() {
		_ = ours.Close()
		cancel()
		_ = w.Cut(engine.CutOrder{At: f.clock.Now()}, new(engine.Account)) // there may be nothing to cut
		<-exited
	})
	call := worker.Call(ours)
	g := &engine.Generator{Exited: exited, Stop: kill, Kill: kill}
	first := -1
	g.Call = func(ctx context.Context, method string, question, answer any) error {
		if a, ok := question.(engine.Assignment); ok {
			f.mu.Lock()
			first = a.Part.First
			f.generators[first] = g
			f.mu.Unlock()
		}
		if f.onCall != nil {
			if err := f.onCall(ctx, first, method); err != nil {
				return err
			}
		}
		return call(ctx, method, question, answer)
	}
	return g, nil
}

// spreads are the ways in which tests spread a run.
var spreads = [][2]int{{3, 3}, {3, 1}, {4, 2}, {12, 5}, {2, 1}}

// The same scenario comes to the same in one process and in several: the same schedule and phases, the same
// bytes, latencies and deliveries, and books that balance over each target.
func TestFleetIsAsOneProcess(t *testing.T) {
	for _, name := range scenario.Transports() {
		var alone result.Trial
		synctest.Test(t, func(t *testing.T) { alone = newLaboratory(t).run(small(name))[0] })
		for _, n := range spreads {
			t.Run(fmt.Sprintf("%s/%dx%d", name, n[0], n[1]), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r, err := newFleet(t, n[0], n[1]).engine(small(name)).Run(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					checkAlike(t, r.Trials[0], alone)
					checkProcesses(t, r.Trials[0], n[0], n[1])
					if want := (result.Processes{Generators: n[0], Targets: n[1]}); r.Processes == nil || *r.Processes != want {
						t.Errorf("processes = %+v, want %+v", r.Processes, want)
					}
				})
			})
		}
	}
}

// fleetScenarios are those whose clients differ, or come and leave.
func fleetScenarios(t *testing.T) map[string]scenario.Scenario {
	t.Helper()
	all := map[string]scenario.Scenario{}
	for name, stages := range ramps {
		all["stages, "+name] = ramped(scenario.SSE, stages)
	}
	for _, name := range append(scenario.Transports(), scenario.Mixed) {
		all["groups, "+string(name)] = grouped(t, name)
		both := grouped(t, name)
		both.Stages = []scenario.Stage{{For: 5 * time.Second, Clients: 90}, {For: 5 * time.Second, Clients: 10}, {For: 5 * time.Second, Clients: 60}}
		both.Duration = both.StagesLength()
		all["both, "+string(name)] = both
	}
	return all
}

// Groups, and clients that come and leave, are the same in several processes as in one, down to each group and each
// slice of the window.
func TestFleetOfGroupsAndStages(t *testing.T) {
	for name, s := range fleetScenarios(t) {
		for _, n := range [][2]int{{3, 3}, {4, 2}, {3, 1}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, n[0], n[1]), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, n[0], n[1])
					e := f.engine(s)
					e.GroupHeaders = groupHeaders(t, s)
					r, err := e.Run(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					trial := r.Trials[0]
					if len(s.Stages) > 0 && len(s.Groups) == 0 {
						conformsUnderRamps(t, s, trial)
					} else {
						groupsConform(t, s, trial)
					}
					checkProcesses(t, trial, n[0], n[1])
					if len(s.Groups) > 0 {
						checkGroups(t, s, trial)
					}
				})
			})
		}
	}
}

// checkGroups checks that each client is in the group that the scenario deals it to, whichever process it is in.
func checkGroups(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	want := make([]int64, len(s.Groups))
	for k, group := range s.Deal(1) {
		for _, stay := range s.Stays(k) {
			for a := range s.Schedule(1).All() {
				if due := a.Due - s.Warmup; a.Topic == k%s.Topics && stay.From <= due && due < stay.Until {
					want[group]++
				}
			}
		}
	}
	for i, g := range r.Groups {
		if g.Messages.Delivered != want[i] {
			t.Errorf("%s got %d messages, want %d", g.Name, g.Messages.Delivered, want[i])
		}
	}
}

// A process that dies takes its share of each group with it.
func TestFleetOfGroupsLosesAProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := grouped(t, scenario.Mixed)
		f := newFleet(t, 4, 2)
		time.AfterFunc(10*time.Second, func() { f.generators[10].Kill() })
		e := f.engine(s)
		e.GroupHeaders = groupHeaders(t, s)
		r, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		trial := r.Trials[0]
		wantReason(t, trial, result.Invalid, "generator 2 of 4 is left out, with its 10 of 40 clients: it ended in the middle of the trial")
		var asked, connected int
		var delivered, expected int64
		for _, g := range trial.Groups {
			asked, connected = asked+g.Clients.Asked, connected+g.Clients.Connected
			delivered, expected = delivered+g.Messages.Delivered, expected+*g.Messages.Expected
		}
		if asked != 40 || connected != 30 || trial.Clients != (result.Clients{Asked: 40, Connected: 30}) {
			t.Errorf("%d of %d clients in groups, %+v in all", connected, asked, trial.Clients)
		}
		if m := trial.Messages; delivered != m.Delivered || expected != *m.Expected || m.Delivered != *m.Expected || *m.Lost != 0 {
			t.Errorf("%d of %d delivered in groups, %+v in all", delivered, expected, m)
		}
	})
}

// However long each target takes to be told, all of them begin at one instant, and none before every client
// knows of it.
func TestFleetBeginsTogether(t *testing.T) {
	var alone result.Trial
	synctest.Test(t, func(t *testing.T) { alone = newLaboratory(t).run(small(scenario.ShortPoll))[0] })
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 3)
		var ways atomic.Int64
		f.way = func() (there, back time.Duration) {
			return time.Duration(10+ways.Add(1)%50) * time.Millisecond, time.Millisecond
		}
		r, err := f.engine(small(scenario.ShortPoll)).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checkAlike(t, r.Trials[0], alone)
	})
}

func checkAlike(t *testing.T, spread, alone result.Trial) {
	t.Helper()
	if spread.Verdict.State != result.Valid {
		t.Errorf("verdict = %+v", spread.Verdict)
	}
	a, b := spread.Messages, alone.Messages
	if *a.Expected != *b.Expected || *a.Published != *b.Published || a.Delivered != b.Delivered || *a.Lost != 0 {
		t.Errorf("%d expected, %d published, %d delivered, %d lost; want %d, %d, %d and none",
			*a.Expected, *a.Published, a.Delivered, *a.Lost, *b.Expected, *b.Published, b.Delivered)
	}
	if !slices.Equal(spread.Timeline, alone.Timeline) || len(alone.Timeline) == 0 {
		t.Errorf("timeline %+v\nwant     %+v", spread.Timeline, alone.Timeline)
	}
	if spread.ScheduleHash != alone.ScheduleHash || spread.Clients != alone.Clients {
		t.Errorf("schedule %s, clients %+v; want %s, %+v", spread.ScheduleHash, spread.Clients, alone.ScheduleHash, alone.Clients)
	}
	if spread.Wire.Steady.Ledger != alone.Wire.Steady.Ledger || spread.Wire.Window != alone.Wire.Window {
		t.Errorf("in the window %+v\nwant          %+v", spread.Wire.Steady.Ledger, alone.Wire.Steady.Ledger)
	}
	if spread.Wire.Setup.Ledger != alone.Wire.Setup.Ledger {
		t.Errorf("to set up %+v\nwant      %+v", spread.Wire.Setup.Ledger, alone.Wire.Setup.Ledger)
	}
	if l, want := spread.Latency, alone.Latency; l.Count != want.Count || l.Mean != want.Mean || l.Min != want.Min || l.Max != want.Max || l.P99 != want.P99 {
		t.Errorf("latency %v %v..%v of %d, want %v %v..%v of %d", l.Mean, l.Min, l.Max, l.Count, want.Mean, want.Min, want.Max, want.Count)
	}
	if d := spread.Server.Books.Difference; d == nil || *d != 0 {
		t.Errorf("the books differ by %v", d)
	}
}

// checkProcesses checks that the trial is the sum of its processes.
func checkProcesses(t *testing.T, r result.Trial, generators, targets int) {
	t.Helper()
	if len(r.Processes) != generators+targets {
		t.Fatalf("%d processes, want %d", len(r.Processes), generators+targets)
	}
	sums := make(map[result.Role]result.ProcessShare)
	for i, p := range r.Processes {
		if want := i < generators; (p.Role == result.Generator) != want || p.LeftOut != "" {
			t.Errorf("process %d is %+v", i, p)
		}
		if p.Role == result.Target && (p.Books == nil || *p.Books.Difference != 0) {
			t.Errorf("the books of target %d differ", p.Number)
		}
		s := sums[p.Role]
		s.Delivered += p.Delivered
		s.Clients.Asked += p.Clients.Asked
		s.Clients.Connected += p.Clients.Connected
		s.RSS += p.RSS
		s.Goroutines += p.Goroutines
		sums[p.Role] = s
	}
	for role, whole := range map[result.Role]result.Process{result.Generator: r.Generator, result.Target: r.Server.Process} {
		s := sums[role]
		if s.Delivered != r.Messages.Delivered || s.Clients.Asked != r.Clients.Asked || s.Clients.Connected != r.Clients.Connected || s.RSS != whole.RSS || s.Goroutines != whole.Goroutines {
			t.Errorf("the %ss add up to %+v, the trial is %d delivered to %+v, %+v", role, s, r.Messages.Delivered, r.Clients, whole)
		}
	}
}

// A process that dies is left out, with its share of what is expected and delivered; the others go on, their
// books balance, and the verdict names it.
func TestFleetLosesProcesses(t *testing.T) {
	for _, test := range []struct {
		name                string
		generators, targets int
		kill                func(*fleet)
		left                int // clients of 12
		says                []string
		balance             bool
	}{
		{"a generator of its own target", 3, 3, func(f *fleet) { f.generators[4].Kill() }, 8,
			[]string{"generator 2 of 3 is left out, with its 4 of 12 clients: it ended in the middle of the trial"}, true},
		{"a generator that shares its target", 3, 1, func(f *fleet) { f.generators[4].Kill() }, 8,
			[]string{"generator 2 of 3 is left out, with its 4 of 12 clients: it ended in the middle of the trial"}, false},
		{"a target", 3, 3, func(f *fleet) { f.targets[2].Kill() }, 8,
			[]string{"of 3 is left out, with its 4 of 12 clients: it ended in the middle of the trial", "is left out as well: it used that target"}, true},
		{"a target of two", 4, 2, func(f *fleet) { f.targets[0].Kill() }, 6,
			[]string{"of 2 is left out, with its 6 of 12 clients"}, true},
		{"two generators", 4, 2, func(f *fleet) { f.generators[0].Kill(); f.generators[9].Kill() }, 6,
			[]string{"generator 1 of 4 is left out", "generator 4 of 4 is left out"}, false},
	} {
		for _, name := range scenario.Transports() {
			t.Run(test.name+"/"+string(name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFleet(t, test.generators, test.targets)
					time.AfterFunc(20*time.Second, func() { test.kill(f) })
					began := time.Now()
					r, err := f.engine(small(name)).Run(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if took := time.Since(began); took > 75*time.Second {
						t.Errorf("it took %v", took)
					}
					trial := r.Trials[0]
					if m, want := trial.Messages, int64(test.left*2*60); *m.Expected != want || m.Delivered != want || *m.Lost != 0 || *m.Published != 3*2*60 {
						t.Errorf("%d expected, %d delivered, %d lost, %d published; want %d of the %d clients that are left", *m.Expected, m.Delivered, *m.Lost, *m.Published, want, test.left)
					}
					if trial.Clients != (result.Clients{Asked: 12, Connected: test.left}) {
						t.Errorf("clients = %+v", trial.Clients)
					}
					for _, says := range test.says {
						wantReason(t, trial, result.Invalid, says)
					}
					if n := len(trial.Verdict.Reasons); n > 4 {
						t.Errorf("%d reasons: %q", n, trial.Verdict.Reasons)
					}
					if d := trial.Server.Books.Difference; (d != nil) != test.balance || d != nil && *d != 0 {
						t.Errorf("the books differ by %v, want a balance: %v", d, test.balance)
					}
				})
			})
		}
	}
}

// When nobody is left the trial is cut short: of the last target's clients with what they had got, of the last
// generator's without anything.
func TestFleetLosesAll(t *testing.T) {
	for name, test := range map[string]struct {
		kill   func(*fleet)
		says   string
		trials int
	}{
		"targets": {func(f *fleet) { f.targets[0].Kill(); f.targets[1].Kill() }, "the target ended in the middle of the trial", 1},
		"generators": {func(f *fleet) {
			for _, g := range f.generators {
				g.Kill()
			}
		}, "all generators ended in the middle of the trial", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 4, 2)
				time.AfterFunc(20*time.Second, func() { test.kill(f) })
				began := time.Now()
				r, err := f.engine(small(scenario.SSE)).Run(t.Context())
				if took := time.Since(began); took > 26*time.Second {
					t.Errorf("it took %v to see that nobody is left after 20s", took)
				}
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("err = %v", err)
				}
				if len(r.Trials) != test.trials || r.Complete() {
					t.Fatalf("%d trials", len(r.Trials))
				}
				trial := r.Trials[0]
				if trial.Messages.Lost != nil || trial.Server.Books.Difference != nil || (name == "targets") != (trial.Messages.Delivered > 0) {
					t.Errorf("%+v, books %+v", trial.Messages, trial.Server.Books)
				}
				wantReason(t, trial, result.Invalid, "cut short: ")
			})
		})
	}
}

// Who ends when its share was counted already is left out all the same: nobody can compare its books.
func TestFleetLosesATargetAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 3)
		var finished atomic.Int64
		f.onCall = func(_ context.Context, _ int, method string) error {
			if method == "Finish" && finished.Add(1) == 1 {
				time.AfterFunc(time.Second, f.targets[0].Kill)
			}
			return nil
		}
		f.way = func() (there, back time.Duration) { return 1500 * time.Millisecond, 1500 * time.Millisecond }
		s := small(scenario.WebSocket)
		r, err := f.engine(s).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, r.Trials[0], result.Invalid, "of 3 is left out, with its 4 of 12 clients: it ended in the middle of the trial")
		if m := r.Trials[0].Messages; *m.Expected != 8*2*60 || m.Delivered != *m.Expected {
			t.Errorf("%d delivered of %d, %q", m.Delivered, *m.Expected, r.Trials[0].Verdict.Reasons)
		}
	})
}

// A process that is silent is left out as one that has ended; nothing waits for it for ever.
func TestFleetLeavesOutWhoIsSilent(t *testing.T) {
	for _, method := range []string{"Connect", "Release", "Drain", "Finish"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 3, 3)
				f.onCall = func(ctx context.Context, first int, called string) error {
					if first == 0 && called == method {
						<-ctx.Done()
						return ctx.Err()
					}
					return nil
				}
				r, err := f.engine(small(scenario.WebSocket)).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				wantReason(t, r.Trials[0], result.Invalid, "is left out, with its 4 of 12 clients: it did not answer within ")
				if m := r.Trials[0].Messages; *m.Expected != 8*2*60 || m.Delivered != *m.Expected || *m.Lost != 0 {
					t.Errorf("%d delivered of %d, %q", m.Delivered, *m.Expected, r.Trials[0].Verdict.Reasons)
				}
			})
		})
	}
}

// An interrupt ends all processes at once and shows what they had, wherever in the trial it comes.
func TestFleetInterrupted(t *testing.T) {
	for after, trials := range map[time.Duration]int{29100 * time.Millisecond: 1, time.Second: 0, 64 * time.Second: 1} {
		for _, name := range scenario.Transports() {
			t.Run(fmt.Sprintf("%s/%s", name, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					time.AfterFunc(after, cancel)
					began := time.Now()
					r, err := newFleet(t, 3, 3).engine(small(name)).Run(ctx)
					if trials == 1 && after > time.Minute && err == nil {
						return // it was through already
					}
					if !errors.Is(err, context.Canceled) || time.Since(began) > after+8*time.Second {
						t.Errorf("err = %v after %v", err, time.Since(began))
					}
					if len(r.Trials) != trials || r.Complete() {
						t.Fatalf("%d trials, want %d", len(r.Trials), trials)
					}
					if after != 29100*time.Millisecond {
						return
					}
					trial := r.Trials[0]
					if got, want := trial.Wire.Window, 29100*time.Millisecond-2*time.Second-250*time.Millisecond; got != want {
						t.Errorf("the window was %v long, want %v", got, want)
					}
					if m := trial.Messages; m.Delivered < 12*2*24 || m.Lost != nil || m.Expected == nil || *m.Expected < m.Delivered {
						t.Errorf("%+v", m)
					}
					wantReason(t, trial, result.Invalid, "cut short: context canceled")
				})
			})
		}
	}
}

// What is late in one process is said of that one: among all, its share would not show.
func TestFleetNamesWhoIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 3)
		e := f.engine(small(scenario.SSE))
		limits := result.DefaultLimits()
		limits.GeneratorLag = result.Level[time.Duration]{Suspect: -1, Invalid: time.Hour}
		limits.PublishLag = result.Level[time.Duration]{Suspect: -1, Invalid: time.Hour}
		e.Limits = limits
		r, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			wantReason(t, r.Trials[0], result.Suspect, fmt.Sprintf("1 in 100 times generator %d of 3 was 0s late or more", i+1))
			wantReason(t, r.Trials[0], result.Suspect, fmt.Sprintf("target %d of 3's publisher was too slow", i+1))
		}
	})
}

// What can be seen of a run while it goes on is the sum over its processes, and never falls.
func TestFleetSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(scenario.LongPoll)
		s.Trials = 2
		f := newFleet(t, 3, 2)
		e := f.engine(s)
		var silent atomic.Bool // what one told last counts on
		f.onCall = func(_ context.Context, first int, method string) error {
			if silent.Load() && first == 0 && method == "Snapshot" {
				return errors.New("busy")
			}
			return nil
		}
		var delivered int64
		var phases []engine.Phase
		e.Progress = func(p engine.Progress) {
			phases = append(phases, p.Phase)
			silent.Store(p.Phase == engine.Collect)
			now := e.Snapshot()[0]
			silent.Store(false)
			if now.Delivered < delivered || now.Phase != string(p.Phase) || now.Latency.Count() != now.Delivered {
				t.Errorf("in %s of trial %d: %d messages, %d latencies, phase %q", p.Phase, p.Trial, now.Delivered, now.Latency.Count(), now.Phase)
			}
			delivered = now.Delivered
			if run, ok := e.Running(); !ok || len(run.Targets) != 2 || len(run.Generators) != 3 || run.Transport != s.Transports[0] {
				t.Errorf("running: %+v", run)
			}
			if p.Phase == engine.Drain && (now.Clients.Ready != 12 || p.Ready != 12 || p.Delivered+int64(p.Trial-1)*12*2*60 != now.Delivered) {
				t.Errorf("clients = %+v, progress %+v, %d delivered", now.Clients, p, now.Delivered)
			}
		}
		r, err := e.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := slices.Concat(engine.Phases(), engine.Phases()); !slices.Equal(phases, want) {
			t.Errorf("phases = %v", phases)
		}
		end := e.Snapshot()[0]
		if end.Verdicts["valid"] != 2 || end.GeneratorLag.Count() != r.Trials[0].GeneratorLag.Count+r.Trials[1].GeneratorLag.Count {
			t.Errorf("verdicts %v, %d lags", end.Verdicts, end.GeneratorLag.Count())
		}
		if want := r.Trials[0].Messages.Delivered + r.Trials[1].Messages.Delivered; end.Delivered != want || end.Phase != "" || want != 2*12*2*60 {
			t.Errorf("in the end %d messages in phase %q, want %d", end.Delivered, end.Phase, want)
		}
	})
}

// Nobody who cannot connect is passed over in silence, and nobody measures without clients.
func TestFleetThatCannotConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 3)
		f.config.MaxConnections = 3
		r, err := f.engine(small(scenario.ShortPoll)).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, r.Trials[0], result.Invalid, "3 of 12 clients did not connect: poll after 0: status 503 Service Unavailable: too many connections")
		if d := r.Trials[0].Server.Books.Difference; d == nil || *d != 0 {
			t.Errorf("the books differ by %v", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, 1)
		failed := errors.New("no such program")
		f.spread.Start = func(context.Context) (*engine.Generator, error) { return nil, failed }
		r, err := f.engine(small(scenario.ShortPoll)).Run(t.Context())
		if !errors.Is(err, failed) || len(r.Trials) != 0 {
			t.Errorf("%v, %d trials", err, len(r.Trials))
		}
	})
}
