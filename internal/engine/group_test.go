package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/link"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// grouped is a scenario of three groups that differ in all that groups can, over the named transport, or each over
// one of its own where that is Mixed.
func grouped(t *testing.T, name scenario.Transport) scenario.Scenario {
	t.Helper()
	far, err := link.Preset("3g")
	if err != nil {
		t.Fatal(err)
	}
	s := small(name)
	s.Clients, s.Arrivals, s.Rate, s.Duration = 40, scenario.Poisson, 5, 20*time.Second
	s.Groups = []scenario.Group{
		{Name: "phones", Share: 3000, Headers: "chrome", Link: far},
		{Name: "desks", Share: 5000, Headers: "go"},
		{Name: "sensors", Share: 2000, Headers: "minimal", Link: link.Profile{RTT: 40 * time.Millisecond}},
	}
	if name == scenario.Mixed {
		for i, of := range []scenario.Transport{scenario.ShortPoll, scenario.WebSocket, scenario.LongPoll} {
			s.Groups[i].Transport = of
		}
	}
	return s
}

// runGroups runs a scenario with groups, and returns its first trial.
func runGroups(t *testing.T, s scenario.Scenario) result.Trial {
	t.Helper()
	l := newLaboratory(t)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	l.configure(s)
	e := l.engine(s)
	e.GroupHeaders = groupHeaders(t, s)
	r, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r.Trials[0]
}

func groupHeaders(t *testing.T, s scenario.Scenario) []headers.Profile {
	t.Helper()
	var all []headers.Profile
	for _, g := range s.Groups {
		p, err := headers.Load(g.Headers)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// Groups follow the same messages at the same time, each over its own transport and link; what they have adds up
// to the trial, and its books balance.
func TestConformanceOfGroups(t *testing.T) {
	for _, name := range append(scenario.Transports(), scenario.Mixed) {
		for variant, change := range map[string]func(*scenario.Scenario){
			"plain":         func(*scenario.Scenario) {},
			"no keep-alive": func(s *scenario.Scenario) { s.KeepAlive = false },
			"slow polls":    func(s *scenario.Scenario) { s.PollInterval, s.Duration = 12*time.Second, 30*time.Second },
			"tls":           func(s *scenario.Scenario) { s.TLS, s.Duration = true, 10*time.Second },
			"http/2":        func(s *scenario.Scenario) { s.HTTP = scenario.HTTP2 },
			"stages": func(s *scenario.Scenario) {
				s.Stages = []scenario.Stage{{For: 5 * time.Second, Clients: 90}, {For: 5 * time.Second, Clients: 10}, {For: 5 * time.Second, Clients: 60}}
				s.Duration = s.StagesLength()
			},
			"stages, http/2": func(s *scenario.Scenario) {
				s.HTTP, s.Stages = scenario.HTTP2, []scenario.Stage{{For: 5 * time.Second, Clients: 10}, {For: 5 * time.Second, Clients: 60}}
				s.Duration = s.StagesLength()
			},
		} {
			s := grouped(t, name)
			if change(&s); name == scenario.WebSocket && s.HTTP == scenario.HTTP2 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", name, variant), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { groupsConform(t, s, runGroups(t, s)) })
			})
		}
	}
}

func groupsConform(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	if m := r.Messages; *m.Expected != owed(s, 1)[0] || m.Delivered != *m.Expected || *m.Lost != 0 || m.Duplicated != 0 || m.Reordered != 0 {
		t.Errorf("messages = %+v, lost %d: want %d, once and in order", m, *m.Lost, owed(s, 1)[0])
	}
	if d := r.Server.Books.Difference; d == nil || *d != 0 || r.Verdict.State != result.Valid {
		t.Errorf("books = %+v, verdict = %+v", r.Server.Books, r.Verdict)
	}
	slicesAddUp(t, s, r)
	addsUp(t, r.Wire)
	var sum result.Trial
	for i, g := range r.Groups {
		want := s.Groups[i]
		if want.Transport == "" {
			want.Transport = r.Transport
		}
		if g.Name != want.Name || g.Transport != want.Transport || g.Messages.Delivered == 0 || *g.Messages.Lost != 0 || *g.Messages.Published != *r.Messages.Published {
			t.Errorf("group %d is %s over %s, messages %+v", i, g.Name, g.Transport, g.Messages)
		}
		if g.Latency.Count+g.Messages.JoinedLate != g.Messages.Delivered || *g.Messages.Expected != g.Messages.Delivered {
			t.Errorf("%s: %d latencies, messages %+v", g.Name, g.Latency.Count, g.Messages)
		}
		if least := want.Link.RTT / 2; g.Latency.Min < least || g.Latency.Min > least+want.Link.Jitter+s.PollInterval/2 {
			t.Errorf("%s: a message took %v over a link of %v one way", g.Name, g.Latency.Min, least)
		}
		addsUp(t, g.Wire)
		a := s.Attendance(1)[i]
		if g.Clients.Asked != g.Clients.Connected || len(s.Stages) == 0 && g.Clients.Asked != a.Clients || g.Clients.Asked < a.Joins {
			t.Errorf("%s: clients = %+v, want %+v", g.Name, g.Clients, a)
		}
		sum.Clients.Asked += g.Clients.Asked
		sum.Clients.Connected += g.Clients.Connected
		sum.Messages.Delivered += g.Messages.Delivered
		sum.Messages.JoinedLate += g.Messages.JoinedLate
		sum.Wire.Total.Ledger = sum.Wire.Total.Add(g.Wire.Total.Ledger)
		sum.Wire.Steady.Ledger = sum.Wire.Steady.Add(g.Wire.Steady.Ledger)
	}
	if len(r.Groups) != len(s.Groups) || sum.Clients.Asked != r.Clients.Asked || sum.Clients.Connected != r.Clients.Connected ||
		sum.Messages.Delivered != r.Messages.Delivered || sum.Messages.JoinedLate != r.Messages.JoinedLate ||
		sum.Wire.Total.Ledger != r.Wire.Total.Ledger || sum.Wire.Steady.Ledger != r.Wire.Steady.Ledger {
		t.Errorf("the groups have %+v together,\nthe trial %+v", sum, r)
	}
}

// Each group asks as it is told to: by its transport, with its header fields.
func TestGroupsDifferOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runGroups(t, grouped(t, scenario.Mixed))
		phones, desks, sensors := r.Groups[0].Wire, r.Groups[1].Wire, r.Groups[2].Wire
		if phones.Steady.Requests != 12*20 || desks.Steady.Requests != 0 || sensors.Steady.RequestsWithMessages == 0 {
			t.Errorf("requests: %d of 12 short polling phones in 20 s, %d of desks over WebSocket, %d with messages of long polling sensors",
				phones.Steady.Requests, desks.Steady.Requests, sensors.Steady.RequestsWithMessages)
		}
		if n := r.Groups[1].Clients.Asked; desks.Setup.Upgrades != int64(n) || n != 20 {
			t.Errorf("%d of %d desks made an upgrade", desks.Setup.Upgrades, n)
		}
		browser, bare := phones.Setup.Up.Header/phones.Setup.Requests, sensors.Setup.Up.Header/sensors.Setup.Requests
		if browser < 400 || bare > 100 {
			t.Errorf("a request of a browser has %d bytes, one of a sensor %d", browser, bare)
		}
	})
}

// The patience of a trial is that with its slowest group, and its metrics are under its name.
func TestMixedTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := grouped(t, scenario.Mixed)
		s.Trials = 2
		e := newLaboratory(t).engine(s)
		e.GroupHeaders = groupHeaders(t, s)
		var transports []scenario.Transport
		e.Progress = func(p engine.Progress) {
			if p.Phase == engine.Done {
				transports = append(transports, p.Transport)
			}
		}
		r, err := e.Run(t.Context())
		if err != nil || !r.Complete() || !slices.Equal(transports, []scenario.Transport{scenario.Mixed, scenario.Mixed}) {
			t.Errorf("%v, complete %v: %v", err, r.Complete(), transports)
		}
		if now := e.Snapshot(); len(now) != 1 || now[0].Transport != "mixed" || now[0].Delivered != r.Trials[0].Messages.Delivered+r.Trials[1].Messages.Delivered {
			t.Errorf("snapshot of %d: %+v", len(now), now[0])
		}
		merged, err := result.Merge(r.Trials)
		if err != nil || len(merged.Groups) != 3 || merged.Timeline != nil {
			t.Fatalf("%v: %d groups", err, len(merged.Groups))
		}
		for i, g := range merged.Groups {
			a, b := r.Trials[0].Groups[i], r.Trials[1].Groups[i]
			if g.Messages.Delivered != a.Messages.Delivered+b.Messages.Delivered || g.Latency.Count != a.Latency.Count+b.Latency.Count ||
				g.Wire.Total.Ledger != a.Wire.Total.Add(b.Wire.Total.Ledger) || g.Clients.Asked != a.Clients.Asked+b.Clients.Asked {
				t.Errorf("%s: together %+v", g.Name, g)
			}
		}
	})
}
