package doctor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"pollpush/internal/host"
	"pollpush/internal/model"
	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

// Plan is a scenario, and where it is run.
type Plan struct {
	Scenario scenario.Scenario
	// Attached says that the target runs already: what it needs is no business of this run.
	Attached bool
	// Remote says that the target is beyond the loopback.
	Remote bool
	// Generator is the most clients that one process runs, Target the most that one target serves, where they
	// are spread over several; 0 is all.
	Generator, Target int
	// Sources is how many addresses clients connect from; 0 is one.
	Sources int
	// Dials is how many connections are being opened at once.
	Dials int
}

// check is a plan on a host.
type check struct {
	Plan
	host host.Reading
}

// Examine returns what every check found, in the order in which they are shown.
func Examine(p Plan, r host.Reading) []Finding {
	c := check{p, r}
	return []Finding{
		c.files(), c.ports(), c.polledPorts(), c.timeWait(), c.backlog(), c.conntrack(), c.memory(),
		c.processors(), c.parallelism(), c.others(), c.governor(), c.clock(), c.congestion(),
	}
}

// peak is the most clients there are at the same time.
func (c check) peak() int { return c.Scenario.Peak() }

// process is the most connections that one process has, target the most that one target has.
func (c check) process() int { return max(c.Generator, c.target()) }

func (c check) target() int {
	if c.Target == 0 {
		return c.peak()
	}
	return c.Target
}

// whole is how many clients there may be in all, if one process or target may have so many.
func (c check) whole(most, each int) int {
	return int(int64(most) * int64(c.peak()) / int64(max(1, each)))
}

// places is how many connections there may be at once, of so many ports: each from each source address to each
// target.
func (c check) places(ports int) int { return c.whole(ports*c.sources(), c.target()) }

// sources is how many addresses clients connect from.
func (c check) sources() int { return max(1, c.Sources) }

// span is how long a trial goes on once its clients are there.
func (c check) span() time.Duration { return c.Scenario.Warmup + c.Scenario.Duration }

// turns is how many trials there are, of all transports.
func (c check) turns() int { return c.Scenario.Trials * len(c.Scenario.Transports) }

// transports are those that clients follow over. Where groups have transports of their own, all clients may be
// those of the costliest: what is estimated is the most that it can be.
func (c check) transports() []scenario.Transport {
	return slices.DeleteFunc(scenario.Transports(), func(t scenario.Transport) bool { return !c.Scenario.Uses(t) })
}

// requests is how many requests a second the clients make over a transport, by the model.
func (c check) requests(t scenario.Transport) float64 {
	in := model.FromScenario(c.Scenario, t, model.Link{OneWay: c.Scenario.OneWay()})
	return float64(c.peak()) * model.Predict(in).Requests
}

// reconnects is how many connections a second are opened once the clients are there, over the transport that
// opens most.
func (c check) reconnects() float64 {
	var most float64
	for _, t := range c.transports() {
		if t.Polls() && !c.Scenario.KeepAlive {
			most = max(most, c.requests(t))
		}
	}
	return most
}

// within is how many connections are opened anew in a time, within one trial.
func (c check) within(d time.Duration) int {
	return int(math.Ceil(c.reconnects() * min(d, c.span()).Seconds()))
}

// together is the most messages that a client gets at once: those of a burst, or of a poll interval.
func (c check) together() int {
	n := 1
	if c.Scenario.Arrivals == scenario.Burst {
		n = c.Scenario.Burst
	}
	if c.Scenario.Uses(scenario.ShortPoll) {
		n = max(n, int(c.Scenario.Rate*c.Scenario.PollInterval.Seconds()))
	}
	return n
}

func count(n int) string { return report.Grouped(int64(n)) }

// counted formats a number that may not be known.
func counted(n *int) (text string, known bool) {
	if n == nil {
		return "", false
	}
	return count(*n), true
}

// computed marks a number as computed.
func computed(n int) string { return "~" + count(n) }

func clients(n int) string { return report.Plural(int64(max(0, n)), "client") }

// megabytes formats bytes of memory, kilobytes those of messages.
func megabytes(b float64) string { return report.Grouped(int64(math.Ceil(b/1e6))) + " MB" }

func kilobytes(b float64) string {
	if b < 1000 {
		return fmt.Sprintf("%.0f bytes", b)
	}
	return report.Significant(b/1e3) + " kB"
}

// atMost rounds a number that rests on an estimate down to its first two digits: it has no more.
func atMost(v float64) int {
	n, unit := int(max(0, v)), 1
	for n/unit >= 100 {
		unit *= 10
	}
	return n - n%unit
}

// about formats an estimate, by its first two digits.
func about(v float64) string {
	two, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 2, 64), 64)
	if err != nil || two >= 10 {
		return report.Grouped(int64(two))
	}
	return strconv.FormatFloat(two, 'f', -1, 64)
}

// lower says what to lower the clients to, if that leaves any, or what else to do.
func lower(n int, other string) string {
	switch {
	case n < 1:
		return other
	case other == "":
		return fmt.Sprintf("lower it to %d", n)
	}
	return fmt.Sprintf("lower it to %d, or %s", n, other)
}
