package doctor

import (
	"fmt"
	"math"
	"strings"

	"pollpush/internal/report"
	"pollpush/internal/scenario"
	"pollpush/internal/visible"
)

// eventTime is what an event takes of a processor, in seconds: a poll that is answered, or a message that is
// pushed. It is generator and target together, measured on two cores of a cloud machine (docs/doctor.md).
// Another may take half of it, or twice.
var eventTime = map[scenario.Transport]float64{
	scenario.ShortPoll: 87e-6, scenario.LongPoll: 55e-6, scenario.SSE: 17e-6, scenario.WebSocket: 18.5e-6,
}

// What an event takes on top of that, in seconds as well.
const (
	openTime  = 350e-6 // for a connection of its own
	tlsTime   = 10e-6
	tlsOpen   = 1000e-6 // for a handshake
	http2Time = 40e-6
	// What the generator has of it.
	generatorShare = 0.5
)

// cost estimates how many processors a transport keeps busy, in both processes.
func (c check) cost(t scenario.Transport) float64 {
	events, each := float64(c.peak())*c.Scenario.Rate, eventTime[t]
	if t.Polls() {
		events = c.requests(t)
		if !c.Scenario.KeepAlive {
			each += openTime
			if c.Scenario.TLS {
				each += tlsOpen
			}
		}
	}
	if c.Scenario.TLS {
		each += tlsTime
	}
	if c.Scenario.OverHTTP2(t) {
		each += http2Time
	}
	return events * each
}

// allowed is how many processors there are, by the control group as well.
func (c check) allowed() float64 {
	if q := c.host.CGroup.CPUs; q != nil {
		return min(*q, float64(c.host.CPUs))
	}
	return float64(c.host.CPUs)
}

// processors: at four fifths of all processors, what is due has to wait.
func (c check) processors() Finding {
	var most float64
	var busiest scenario.Transport
	for _, t := range c.transports() {
		if v := c.cost(t); v > most {
			most, busiest = v, t
		}
	}
	if c.Attached && c.Remote {
		most *= generatorShare
	}
	has := c.allowed()
	f := Finding{Check: "processors", Needs: "~" + about(most), Has: cores(has), Verdict: OK}
	if most > 0 {
		f.Allows = "~" + clients(atMost(0.8*has/most*float64(c.peak())))
	}
	switch {
	case most > 0.8*has:
		return f.warns(fmt.Sprintf("%s keeps about %s processors busy (computed) and there are %s, so figures will show the wait for them", report.Name(busiest), about(most), cores(has)),
			"lower --clients or --rate, or make --poll-interval longer", "")
	case has < 2 && !c.Remote:
		return f.warns("generator and target share one processor, so each waits for the other", "run on two or more", "")
	}
	return f
}

func cores(v float64) string {
	if v == math.Trunc(v) {
		return report.Grouped(int64(v))
	}
	return fmt.Sprintf("%.2g", v)
}

// parallelism: a control group's limit stops all threads for the rest of each tenth of a second in which it is
// used up, and Go knows only of the group that it is in.
func (c check) parallelism() Finding {
	procs, quota := c.host.GOMAXPROCS, c.host.CGroup.CPUs
	f := Finding{Check: "GOMAXPROCS", Has: count(procs), Verdict: OK}
	if quota != nil {
		f.Has += ", cpu.max " + cores(*quota)
	}
	f.Needs = fmt.Sprintf("%.0f", max(1, math.Floor(c.allowed())))
	switch {
	case quota != nil && *quota < float64(c.host.CPUs):
		return f.warns(fmt.Sprintf("this control group may use %s of %d processors, and both processes are stopped for up to 100 ms when that is used up", cores(*quota), c.host.CPUs),
			"run without the limit (docker run --cpus, CPUQuota= of systemd, limits.cpu of Kubernetes)", "")
	case float64(procs) < math.Floor(c.allowed()):
		return f.warns(fmt.Sprintf("GOMAXPROCS is %d and there are %s processors, so some stay idle", procs, cores(c.allowed())), "let Go find out", "unset GOMAXPROCS")
	case procs > c.host.CPUs:
		return f.warns(fmt.Sprintf("GOMAXPROCS is %d and there are %d processors, so threads wait for each other", procs, c.host.CPUs), "let Go find out", "unset GOMAXPROCS")
	}
	return f
}

// others: a processor that others keep busy makes both late.
func (c check) others() Finding {
	f := Finding{Check: "other load", Needs: "idle processors"}
	l := c.host.Load
	if f = f.has("", l != nil); f.Verdict == Unknown {
		return f
	}
	all := float64(c.host.CPUs)
	f.Has = fmt.Sprintf("%.1f of %d busy, load %.2f", l.Busy, c.host.CPUs, l.Average)
	if l.Busy <= 0.1*all {
		return f
	}
	why, cure := fmt.Sprintf("others keep %.1f of %d processors busy", l.Busy, c.host.CPUs), "wait for them, or end what need not run"
	switch {
	case l.Stolen > l.Busy/2:
		why += ", the host's other guests most of them"
		cure = "measure when it is quiet, or on a machine of your own"
	case l.Top.PID != 0:
		why += fmt.Sprintf(", %s (process %d) %.1f of them", visible.Line(l.Top.Name), l.Top.PID, l.Top.CPUs)
	}
	return f.warns(why+", so figures will show the wait for them", cure, "")
}

// governor: a clock rate that follows the load makes the processor time of a message depend on how many
// there are.
func (c check) governor() Finding {
	f := Finding{Check: "frequency governor", Needs: "performance"}
	f = f.has(strings.Join(c.host.Governors, ", "), len(c.host.Governors) > 0)
	if f.Verdict == Unknown || len(c.host.Governors) == 1 && c.host.Governors[0] == "performance" {
		return f
	}
	return f.warns("the clock rate of the processors follows their load ("+f.Has+"), so processor time for each delivery is not comparable between loads",
		"fix it", "sudo cpupower frequency-set -g performance")
}
