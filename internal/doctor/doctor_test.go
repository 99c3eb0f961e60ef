package doctor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/doctor"
	"pollpush/internal/host"
	"pollpush/internal/scenario"
)

// healthy is a host that nothing is wrong with.
func healthy() host.Reading {
	return host.Reading{
		OS: "linux", OpenFiles: 20_000, OpenFilesHard: 20_000, Ports: new(28_232),
		SomaxConn: new(4096), SYNBacklog: new(2048), SYNCookies: new(1),
		TimeWait: new(100), TimeWaitMax: new(131_072), TimeWaitReuse: new(2), Timestamps: new(1),
		Conntrack: new(1000), ConntrackMax: new(262_144),
		MemoryAvailable: new(uint64(8e9)), CPUs: 2, GOMAXPROCS: 2, Governors: []string{"performance"},
		CongestionControl: "cubic", LoopbackMTU: 65_536,
		ClockSource: "tsc", ClockSources: []string{"tsc", "hpet"}, ClockCost: 40 * time.Nanosecond,
		Load: &host.Load{Average: 0.5, Busy: 0.1},
	}
}

// usual is what bench run does when nothing else is said.
func usual() doctor.Plan { return doctor.Plan{Scenario: scenario.Default(), Dials: 128} }

// polls has only short polls, each on a connection of its own.
func polls(p *doctor.Plan, interval time.Duration) {
	s := &p.Scenario
	s.Transports, s.KeepAlive, s.PollInterval = []scenario.Transport{scenario.ShortPoll}, false, interval
}

func find(t *testing.T, check string, findings []doctor.Finding) doctor.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f doctor.Finding) bool { return f.Check == check })
	if i < 0 {
		t.Fatalf("there is no check of %s", check)
	}
	return findings[i]
}

// threshold is one side of one.
type threshold struct {
	name, check string
	change      func(*host.Reading, *doctor.Plan)
	want        doctor.Verdict
	says        string // a part of the sentence
}

// spread spreads so many clients over processes, targets and source addresses, as evenly as they go.
func spread(p *doctor.Plan, clients, processes, targets, sources int) {
	p.Scenario.Clients, p.Sources = clients, sources
	p.Generator, p.Target = (clients+processes-1)/processes, (clients+targets-1)/targets
}

// thresholds are invented hosts and scenarios on both sides of each.
var thresholds = []threshold{
	{"as many clients as files", "open files", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 20_000 - host.SpareFiles }, doctor.OK, ""},
	{"one more", "open files", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 20_001 - host.SpareFiles }, doctor.Refuses,
		"--clients 19937 needs 20001 open files, the limit is 20000: lower it to 19936, or spread it over --processes and --target-processes, or raise the limit of this shell, with `sudo prlimit --pid $$ --nofile=20001:20001`"},
	{"the hard limit is higher", "open files", func(r *host.Reading, _ *doctor.Plan) { r.OpenFiles = 1000 }, doctor.Refuses, "with `ulimit -n 1064`"},
	{"another system", "open files", func(r *host.Reading, _ *doctor.Plan) { r.OS, r.OpenFiles, r.OpenFilesHard = "darwin", 256, 512 }, doctor.Refuses, "with `ulimit -n 1064`"},
	{"hardly any files", "open files", func(r *host.Reading, _ *doctor.Plan) { r.OpenFiles, r.OpenFilesHard = 64, 64 }, doctor.Refuses, "the limit is 64: spread it over --processes and --target-processes, or raise the limit of this shell"},
	{"as many as several processes have files", "open files", func(_ *host.Reading, p *doctor.Plan) { spread(p, 59_808, 3, 3, 1) }, doctor.OK, ""},
	{"one more than they have", "open files", func(_ *host.Reading, p *doctor.Plan) { spread(p, 59_809, 3, 3, 1) }, doctor.Refuses,
		"--clients 59809 needs 20001 open files, the limit is 20000: lower it to 59806, or spread it over"},
	{"one target for several processes", "open files", func(_ *host.Reading, p *doctor.Plan) { spread(p, 19_937, 3, 1, 1) }, doctor.Refuses, "needs 20001 open files"},
	{"no such limit", "open files", func(r *host.Reading, _ *doctor.Plan) { r.OpenFiles, r.OpenFilesHard = 0, 0 }, doctor.OK, ""},

	{"as many clients as ports", "local ports", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 28_232 }, doctor.OK, ""},
	{"one more", "local ports", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 28_233 }, doctor.Refuses,
		"--clients 28233 needs as many local ports, the range has 28232: lower it to 28232, or name more --source-addresses, or widen the range, with `sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'`"},
	{"as many as can be had", "local ports", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 64_512 }, doctor.Refuses, "or widen the range"},
	{"more than can be had", "local ports", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 64_513 }, doctor.Refuses, "at most 64512 are to be had: lower it to 28232"},
	{"none to listen on", "local ports", func(r *host.Reading, _ *doctor.Plan) { r.CannotListen = "in use" }, doctor.Refuses,
		"the target finds no local port to listen on (in use): sockets in TIME_WAIT may hold them all, so wait for a minute, or widen the range, with `sudo"},
	{"none to listen on, and the target listens already", "local ports", func(r *host.Reading, p *doctor.Plan) { r.CannotListen, p.Attached = "in use", true }, doctor.OK, ""},
	{"as many as targets have ports", "local ports", func(_ *host.Reading, p *doctor.Plan) { spread(p, 3*28_232, 3, 3, 1) }, doctor.OK, ""},
	{"one more than they have", "local ports", func(_ *host.Reading, p *doctor.Plan) { spread(p, 3*28_232+1, 3, 3, 1) }, doctor.Refuses,
		"--clients 84697 needs 28233 local ports to one target, the range has 28232 for each of 1 source addresses: lower it to 84694, or name more --source-addresses"},
	{"as many as addresses have ports", "local ports", func(_ *host.Reading, p *doctor.Plan) { spread(p, 2*28_232, 3, 1, 2) }, doctor.OK, ""},
	{"one more than addresses have", "local ports", func(_ *host.Reading, p *doctor.Plan) { spread(p, 2*28_232+1, 1, 1, 2) }, doctor.Refuses,
		"--clients 56465 needs 56465 local ports to one target, the range has 28232 for each of 2 source addresses: lower it to 56464"},
	{"ports are not known", "local ports", func(r *host.Reading, _ *doctor.Plan) { r.Ports = nil }, doctor.Unknown, ""},

	// 1000 clients leave 27,232 ports; the trial goes on for ten seconds, in which each polls 1/interval times.
	{"connections are kept", "ports in TIME_WAIT", func(r *host.Reading, _ *doctor.Plan) { r.TimeWaitReuse = new(0) }, doctor.OK, ""},
	{"ports are used again", "ports in TIME_WAIT", func(_ *host.Reading, p *doctor.Plan) { polls(p, 40*time.Millisecond) }, doctor.OK, ""},
	{"too many within a second", "ports in TIME_WAIT", func(_ *host.Reading, p *doctor.Plan) { polls(p, 36*time.Millisecond) }, doctor.Warns,
		"up to 27,778 ports (computed) rest in TIME_WAIT beside those in use, there are 27,232 to spare, and a client that finds none cannot connect: poll less often, keep connections, or widen"},
	{"ports rest, few polls", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { polls(p, 400*time.Millisecond); r.TimeWaitReuse = new(0) }, doctor.OK, ""},
	{"ports rest, many polls", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { polls(p, 360*time.Millisecond); r.TimeWaitReuse = new(0) }, doctor.Warns,
		"let ports be used again after a second, with `sudo sysctl -w net.ipv4.tcp_tw_reuse=1`"},
	{"no timestamps", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { polls(p, 360*time.Millisecond); r.Timestamps = new(0) }, doctor.Warns, "net.ipv4.tcp_timestamps=1 net.ipv4.tcp_tw_reuse=1"},
	{"used again over the loopback only", "ports in TIME_WAIT", func(_ *host.Reading, p *doctor.Plan) {
		polls(p, 360*time.Millisecond)
		p.Attached, p.Remote = true, true
	}, doctor.Warns, "net.ipv4.tcp_tw_reuse=1"},
	{"used again everywhere", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) {
		polls(p, 360*time.Millisecond)
		p.Attached, p.Remote, r.TimeWaitReuse = true, true, new(1)
	}, doctor.OK, ""},
	{"trials before, of another target", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { p.Scenario.Clients, r.TimeWaitReuse = 15_000, new(0) }, doctor.OK, ""},
	{"trials before, of the same target", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) {
		p.Scenario.Clients, r.TimeWaitReuse, p.Attached = 15_000, new(0), true
	}, doctor.Warns, "up to 45,000 ports"},
	{"one trial of the same target", "ports in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) {
		p.Scenario.Clients, r.TimeWaitReuse, p.Attached = 15_000, new(0), true
		p.Scenario.Transports = p.Scenario.Transports[:1]
	}, doctor.OK, ""},
	{"the kernel does not say", "ports in TIME_WAIT", func(r *host.Reading, _ *doctor.Plan) { r.TimeWaitReuse = nil }, doctor.Unknown, ""},

	// Four trials of a thousand clients within a minute, and a hundred sockets.
	{"as many as may be", "sockets in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { r.TimeWaitMax, p.Remote = new(4100), true }, doctor.OK, ""},
	{"one too many", "sockets in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) { r.TimeWaitMax, p.Remote = new(4099), true }, doctor.Warns,
		"beyond 4,099 the kernel forgets them at once: what comes late is then answered with a reset: raise the limit, with `sudo sysctl -w net.ipv4.tcp_max_tw_buckets=4100`"},
	{"one too many over the loopback", "sockets in TIME_WAIT", func(r *host.Reading, _ *doctor.Plan) { r.TimeWaitMax = new(4099) }, doctor.OK, ""},
	{"those that ended less than a minute ago", "sockets in TIME_WAIT", func(r *host.Reading, p *doctor.Plan) {
		p.Scenario.Trials, p.Scenario.Duration, p.Scenario.Cooldown = 9, 18*time.Second, 0 // 20 s each
		r.TimeWaitMax, p.Remote = new(4100), true
	}, doctor.OK, ""},
	{"the kernel does not say", "sockets in TIME_WAIT", func(r *host.Reading, _ *doctor.Plan) { r.TimeWait = nil }, doctor.Unknown, ""},

	{"the queue holds all", "listen backlog", func(r *host.Reading, _ *doctor.Plan) { r.SomaxConn = new(128) }, doctor.OK, ""},
	{"the queue is too short", "listen backlog", func(r *host.Reading, _ *doctor.Plan) { r.SomaxConn = new(127) }, doctor.Warns,
		"128 connections are opened at once, the listen queue has room for 127, and what it drops is asked for again a second later: raise it, with `sudo sysctl -w net.core.somaxconn=4096`"},
	{"few clients", "listen backlog", func(r *host.Reading, p *doctor.Plan) { r.SomaxConn, p.Scenario.Clients = new(127), 127 }, doctor.OK, ""},
	{"a short queue of handshakes, with cookies", "listen backlog", func(r *host.Reading, _ *doctor.Plan) { r.SYNBacklog = new(128) }, doctor.OK, ""},
	{"and without", "listen backlog", func(r *host.Reading, _ *doctor.Plan) { r.SYNBacklog, r.SYNCookies = new(128), new(0) }, doctor.Warns, "room for 96, and what it drops is asked for again a second later: raise it, with `sudo sysctl -w net.ipv4.tcp_max_syn_backlog=4096`"},
	{"its last quarter decides", "listen backlog", func(r *host.Reading, _ *doctor.Plan) {
		r.SomaxConn, r.SYNBacklog, r.SYNCookies = new(150), new(160), new(0)
	}, doctor.Warns, "room for 120"},
	{"long enough without", "listen backlog", func(r *host.Reading, _ *doctor.Plan) { r.SYNBacklog, r.SYNCookies = new(172), new(0) }, doctor.OK, ""},
	{"on another host", "listen backlog", func(_ *host.Reading, p *doctor.Plan) { p.Attached, p.Remote = true, true }, doctor.Unknown, "the target's host decides it"},

	// Four trials of a thousand clients within two minutes.
	{"room for all", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax = new(5000) }, doctor.OK, ""},
	{"room for the clients alone", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax = new(4999) }, doctor.Warns,
		"conntrack remembers up to 4,000 connections (computed) for this, has room for 3,999, and drops new ones beyond that: raise it, with `sudo sysctl -w net.netfilter.nf_conntrack_max=5000`"},
	{"just room for them", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax = new(2000) }, doctor.Warns, ""},
	{"not even for them", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax = new(1999) }, doctor.Refuses,
		"--clients 1000 needs as many entries of conntrack, which has room for 999: lower it to 999, or raise net.netfilter.nf_conntrack_max"},
	{"it does not look", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax, r.Conntrack = new(10), new(0) }, doctor.OK, ""},
	{"it is not loaded", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.ConntrackMax, r.Conntrack = nil, nil }, doctor.OK, ""},
	{"another system", "conntrack", func(r *host.Reading, _ *doctor.Plan) { r.OS, r.ConntrackMax = "darwin", nil }, doctor.Unknown, ""},

	// 1000 clients over long polling at 71 kB, twice 20 MB, and ten messages: 111.00128 MB.
	{"four fifths of it", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = new(uint64(138_752_000)) }, doctor.OK, ""},
	{"a little more", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = new(uint64(138_751_000)) }, doctor.Warns, "needs about 110 MB of memory (computed, 71 kB for each client), 139 MB are free, and a host that swaps is late"},
	{"all of it", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = new(uint64(111_002_000)) }, doctor.Warns, ""},
	{"more than all", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = new(uint64(111_001_000)) }, doctor.Refuses,
		"--clients 1000 needs about 110 MB of memory (computed, 71 kB each), 112 MB are free: lower it to 999, or free some"},
	{"less than the programs take", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = new(uint64(30e6)) }, doctor.Refuses, "30 MB are free: free some"},
	{"the control group has less", "memory", func(r *host.Reading, _ *doctor.Plan) { r.CGroup.MemoryFree = new(uint64(100e6)) }, doctor.Refuses, "100 MB are free in this control group"},
	{"the control group has more", "memory", func(r *host.Reading, _ *doctor.Plan) { r.CGroup.MemoryFree = new(uint64(9e9)) }, doctor.OK, ""},
	{"the target runs already", "memory", func(r *host.Reading, p *doctor.Plan) { r.MemoryAvailable, p.Attached = new(uint64(100e6)), true }, doctor.OK, ""},
	{"TLS", "memory", func(r *host.Reading, p *doctor.Plan) {
		r.MemoryAvailable, p.Scenario.TLS = new(uint64(138_752_000)), true
	}, doctor.Refuses, "107 kB each"},
	{"HTTP/2", "memory", func(r *host.Reading, p *doctor.Plan) {
		r.MemoryAvailable, p.Scenario.HTTP = new(uint64(138_752_000)), scenario.HTTP2
	}, doctor.Warns, "95 kB for each client"},
	{"large messages", "memory", func(r *host.Reading, p *doctor.Plan) {
		r.MemoryAvailable, p.Scenario.PayloadBytes = new(uint64(1e9)), 1<<20
	}, doctor.Refuses, "4265 kB each"},
	{"many messages", "memory", func(r *host.Reading, p *doctor.Plan) {
		r.MemoryAvailable, p.Scenario.Topics, p.Scenario.Rate, p.Scenario.PayloadBytes = new(uint64(3e9)), 1000, 100, 4000
	}, doctor.Refuses, "needs about 4,100 MB"},
	{"messages that are kept anyway", "memory", func(r *host.Reading, p *doctor.Plan) {
		s := &p.Scenario
		s.Topics, s.Rate, s.PayloadBytes, s.PollInterval = 1000, 300, 4000, time.Millisecond
		r.MemoryAvailable = new(uint64(5e9))
	}, doctor.Refuses, "needs about 12,000 MB"},
	{"not known", "memory", func(r *host.Reading, _ *doctor.Plan) { r.MemoryAvailable = nil }, doctor.Unknown, ""},

	// A poll takes 87 µs of processor time: 18,390 a second are four fifths of two processors.
	{"four fifths of them", "processors", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 18_390 }, doctor.OK, ""},
	{"a little more", "processors", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients = 18_391 }, doctor.Warns, "short polling keeps about 1.6 processors busy (computed) and there are 2, so"},
	{"less is allowed", "processors", func(r *host.Reading, p *doctor.Plan) { p.Scenario.Clients, r.CGroup.CPUs = 18_390, new(1.9) }, doctor.Warns, "there are 1.9"},
	{"the target has some of its own", "processors", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients, p.Attached, p.Remote = 18_391, true, true }, doctor.OK, ""},
	{"connections for each poll", "processors", func(_ *host.Reading, p *doctor.Plan) { p.Scenario.Clients, p.Scenario.KeepAlive = 3662, false }, doctor.Warns, ""},
	{"handshakes for each poll", "processors", func(_ *host.Reading, p *doctor.Plan) {
		p.Scenario.Clients, p.Scenario.KeepAlive, p.Scenario.TLS = 1106, false, true
	}, doctor.Warns, ""},
	{"pushes are cheaper", "processors", func(_ *host.Reading, p *doctor.Plan) {
		p.Scenario.Clients, p.Scenario.Transports = 18_391, []scenario.Transport{scenario.WebSocket}
	}, doctor.OK, ""},
	{"one of them", "processors", func(r *host.Reading, _ *doctor.Plan) { r.CPUs, r.GOMAXPROCS = 1, 1 }, doctor.Warns, "share one processor"},
	{"one of them, and the target is elsewhere", "processors", func(r *host.Reading, p *doctor.Plan) { r.CPUs, r.GOMAXPROCS, p.Attached, p.Remote = 1, 1, true, true }, doctor.OK, ""},

	{"a quota that limits nothing", "GOMAXPROCS", func(r *host.Reading, _ *doctor.Plan) { r.CGroup.CPUs = new(2.0) }, doctor.OK, ""},
	{"a quota", "GOMAXPROCS", func(r *host.Reading, _ *doctor.Plan) { r.CGroup.CPUs = new(1.5) }, doctor.Warns, "may use 1.5 of 2 processors, and both processes are stopped for up to 100 ms"},
	{"too few", "GOMAXPROCS", func(r *host.Reading, _ *doctor.Plan) { r.GOMAXPROCS = 1 }, doctor.Warns, "so some stay idle: let Go find out, with `unset GOMAXPROCS`"},
	{"too many", "GOMAXPROCS", func(r *host.Reading, _ *doctor.Plan) { r.GOMAXPROCS = 3 }, doctor.Warns, "threads wait for each other"},

	{"a tenth of them", "other load", func(r *host.Reading, _ *doctor.Plan) { r.Load.Busy = 0.2 }, doctor.OK, ""},
	{"more", "other load", func(r *host.Reading, _ *doctor.Plan) {
		r.Load.Busy, r.Load.Top = 0.3, host.Task{PID: 7, Name: "cc\x1b1", CPUs: 0.25}
	}, doctor.Warns,
		"others keep 0.3 of 2 processors busy, cc\\x1b1 (process 7) 0.2 of them, so figures will show the wait for them: wait for them"},
	{"by nobody that is seen", "other load", func(r *host.Reading, _ *doctor.Plan) { r.Load.Busy = 1 }, doctor.Warns, "others keep 1.0 of 2 processors busy, so figures"},
	{"other guests", "other load", func(r *host.Reading, _ *doctor.Plan) { r.Load.Busy, r.Load.Stolen = 1, 0.6 }, doctor.Warns, "the host's other guests most of them"},
	{"not measured", "other load", func(r *host.Reading, _ *doctor.Plan) { r.Load = nil }, doctor.Unknown, ""},

	{"a rate that moves", "frequency governor", func(r *host.Reading, _ *doctor.Plan) { r.Governors = []string{"powersave"} }, doctor.Warns, "follows their load (powersave)"},
	{"one of them moves", "frequency governor", func(r *host.Reading, _ *doctor.Plan) { r.Governors = []string{"performance", "schedutil"} }, doctor.Warns, "with `sudo cpupower frequency-set -g performance`"},
	{"the guest is not told", "frequency governor", func(r *host.Reading, _ *doctor.Plan) { r.Governors = nil }, doctor.Unknown, ""},

	{"quick enough", "clock source", func(r *host.Reading, _ *doctor.Plan) { r.ClockCost = 300 }, doctor.OK, ""},
	{"slow", "clock source", func(r *host.Reading, _ *doctor.Plan) { r.ClockCost, r.ClockSource = 301, "hpet" }, doctor.Warns, "takes 301 ns, several times for each message"},
	{"slow, and there is a better one", "clock source", func(r *host.Reading, _ *doctor.Plan) { r.ClockCost, r.ClockSource = 1000, "hpet" }, doctor.Warns, "with `echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource`"},
	{"slow, and there is none", "clock source", func(r *host.Reading, _ *doctor.Plan) { r.ClockCost = 1000 }, doctor.Warns, "the kernel offers none here"},
	{"another system", "clock source", func(r *host.Reading, _ *doctor.Plan) { r.ClockSource, r.ClockSources = "", nil }, doctor.OK, ""},

	{"no name", "congestion control", func(r *host.Reading, _ *doctor.Plan) { r.CongestionControl = "" }, doctor.Unknown, ""},
}

func TestThresholds(t *testing.T) {
	for _, v := range thresholds {
		t.Run(v.check+", "+v.name, func(t *testing.T) {
			r, p := healthy(), usual()
			v.change(&r, &p)
			f := find(t, v.check, doctor.Examine(p, r))
			if f.Verdict != v.want || !strings.Contains(f.Sentence(), v.says) {
				t.Errorf("%s: %s\nwant %s: %s\n%+v", f.Verdict, f.Sentence(), v.want, v.says, f)
			}
			if wrong := f.Verdict == doctor.Warns || f.Verdict == doctor.Refuses; wrong != (f.Why != "" && f.Cure != "") && f.Verdict != doctor.Unknown {
				t.Errorf("%s says why %q and what to do %q", f.Verdict, f.Why, f.Cure)
			}
		})
	}
}

// Each check has both a host that passes it and one that does not, or is not known.
func TestEveryCheckIsTried(t *testing.T) {
	for _, f := range doctor.Examine(usual(), healthy()) {
		if f.Verdict != doctor.OK || f.Why != "" {
			t.Errorf("%s of a healthy host: %+v", f.Check, f)
		}
		tried := slices.ContainsFunc(thresholds, func(v threshold) bool { return v.check == f.Check && v.want != doctor.OK })
		if !tried {
			t.Errorf("no host fails %s", f.Check)
		}
	}
}

// What is sent to a client at once goes in one round trip if it fits into TCP's first window.
func TestFirstWindow(t *testing.T) {
	for _, v := range []struct {
		burst  int
		remote bool
		needs  string
		allows string
	}{
		{1, false, "~1.00 kB at once", "one round trip"},
		{14, true, "~14.0 kB at once", "one round trip"},
		{15, true, "~15.0 kB at once", "several round trips"},
		{15, false, "~15.0 kB at once", "one round trip"},
		{655, false, "~655 kB at once", "several round trips"},
	} {
		p := usual()
		p.Remote, p.Scenario.PayloadBytes, p.Scenario.Arrivals, p.Scenario.Burst = v.remote, 1000, scenario.Burst, v.burst
		f := find(t, "congestion control", doctor.Examine(p, healthy()))
		if f.Needs != v.needs || f.Allows != v.allows || f.Verdict != doctor.OK {
			t.Errorf("%+v: %+v", v, f)
		}
	}
	p := usual()
	p.Scenario.PollInterval, p.Scenario.Rate = 10*time.Second, 100
	if f := find(t, "congestion control", doctor.Examine(p, healthy())); f.Needs != "~128 kB at once" {
		t.Errorf("a poll for a thousand messages: %+v", f)
	}
}

// Of a host of which nothing can be read, nothing is said but that.
func TestNothingIsGuessed(t *testing.T) {
	for _, f := range doctor.Examine(usual(), host.Reading{OS: "windows", CPUs: 4, GOMAXPROCS: 4}) {
		known := []string{"open files", "processors", "GOMAXPROCS"}
		if slices.Contains(known, f.Check) == (f.Verdict == doctor.Unknown) || f.Verdict == doctor.Warns || f.Verdict == doctor.Refuses {
			t.Errorf("%+v", f)
		}
	}
}

// What 10,000 clients take over each transport, one message and one poll a second: by the tables of docs/doctor.md.
func TestEstimates(t *testing.T) {
	for name, want := range map[scenario.Transport]struct{ both, generator, processors string }{
		scenario.ShortPoll: {"~630 MB", "~240 MB", "~0.87"},
		scenario.LongPoll:  {"~750 MB", "~250 MB", "~0.55"},
		scenario.SSE:       {"~380 MB", "~230 MB", "~0.17"},
		scenario.WebSocket: {"~430 MB", "~230 MB", "~0.18"},
	} {
		p := usual()
		p.Scenario.Clients, p.Scenario.Transports = 10_000, []scenario.Transport{name}
		findings := doctor.Examine(p, healthy())
		p.Attached = true
		generator := find(t, "memory", doctor.Examine(p, healthy()))
		memory, processors := find(t, "memory", findings), find(t, "processors", findings)
		if memory.Needs != want.both || generator.Needs != want.generator || processors.Needs != want.processors {
			t.Errorf("%s: %s, of which the generator %s, and %s processors; want %+v", name, memory.Needs, generator.Needs, processors.Needs, want)
		}
	}
}
