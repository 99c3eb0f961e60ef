package doctor

import (
	"fmt"
	"time"
)

// How long a closed connection's port cannot be used again for the same destination: the kernel's
// TCP_TIMEWAIT_LEN, and where it may be used early, a second.
const (
	timeWait = 60 * time.Second
	reused   = time.Second
)

// linger is how long a port rests.
func (c check) linger() time.Duration {
	reuse, stamps := c.host.TimeWaitReuse, c.host.Timestamps
	if reuse == nil || stamps != nil && *stamps == 0 {
		return timeWait
	}
	if *reuse == 1 || *reuse == 2 && !c.Remote {
		return reused
	}
	return timeWait
}

// resting is how many ports a scenario keeps in TIME_WAIT at most, towards one target: those of polls that
// were made a while ago, and, where the target stays from trial to trial, those of the trials before.
func (c check) resting(d time.Duration) int {
	n := c.within(d)
	if c.Attached {
		n += c.before(d) * c.peak()
	}
	return n
}

// before is how many of the trials before may have ended within a time.
func (c check) before(d time.Duration) int {
	each := max(c.span()+c.Scenario.Cooldown, time.Millisecond)
	return min(c.turns()-1, int((d-1)/each)+1)
}

// remembered is how many connections a kernel that remembers each for a time knows of at most. That is one for
// each port of an address towards a target, and one for each client of the trials before.
func (c check) remembered(d time.Duration) int {
	polled := c.within(d)
	if p := c.host.Ports; p != nil {
		polled = min(polled, c.places(*p))
	}
	return polled + (1+c.before(d))*c.peak()
}

// polledPorts: a connection that is closed keeps its port for a while, if it was this side that closed it. Which
// side does is a race where a poll asks the target to close, so this is an upper bound, and no reason to refuse.
func (c check) polledPorts() Finding {
	linger := c.linger()
	need := c.resting(linger)
	f := Finding{Check: "ports in TIME_WAIT", Needs: computed(need)}
	if f = f.has("", c.host.Ports != nil && c.host.TimeWaitReuse != nil); f.Verdict == Unknown {
		return f
	}
	spare := max(0, c.places(*c.host.Ports)-c.peak())
	f.Has = fmt.Sprintf("%s to spare, each again after %s", count(spare), linger)
	if c.reconnects() > 0 {
		f.Allows = fmt.Sprintf("~%s polls/s", count(int(float64(spare)/max(time.Second, min(linger, c.span())).Seconds())))
	}
	if need <= spare {
		return f
	}
	why := fmt.Sprintf("up to %s ports (computed) rest in TIME_WAIT beside those in use, there are %s to spare, and a client that finds none cannot connect", count(need), count(spare))
	stamps := c.host.Timestamps
	switch {
	case linger == reused:
		return f.warns(why, "poll less often, keep connections, or widen the range of ports", widenPorts)
	case stamps != nil && *stamps == 0:
		return f.warns(why, "let ports be used again after a second", "sudo sysctl -w net.ipv4.tcp_timestamps=1 net.ipv4.tcp_tw_reuse=1")
	}
	return f.warns(why, "let ports be used again after a second", "sudo sysctl -w net.ipv4.tcp_tw_reuse=1")
}

// timeWait: each connection that was closed in the last minute is a socket in TIME_WAIT, on one side or the
// other. Where there are too many the kernel forgets at once, which does no harm as long as nothing is late.
func (c check) timeWait() Finding {
	f := Finding{Check: "sockets in TIME_WAIT"}
	most, known := counted(c.host.TimeWaitMax)
	if c.host.TimeWait == nil {
		known = false
	}
	need := c.remembered(timeWait)
	f.Needs = computed(need)
	if f = f.has(most, known); !known {
		return f
	}
	now := *c.host.TimeWait
	f.Has = fmt.Sprintf("%s, %s now", most, count(now))
	if need+now <= *c.host.TimeWaitMax {
		return f
	}
	if !c.Remote {
		f.Allows = "any, over the loopback"
		return f
	}
	return f.warns(fmt.Sprintf("up to %s connections (computed) are closed within a minute, %s are in TIME_WAIT now, and beyond %s the kernel forgets them at once: what comes late is then answered with a reset",
		count(need), count(now), most), "raise the limit", fmt.Sprintf("sudo sysctl -w net.ipv4.tcp_max_tw_buckets=%d", need+now))
}
