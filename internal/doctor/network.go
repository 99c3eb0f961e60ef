package doctor

import (
	"fmt"
	"time"
)

// backlog: connections that are being opened wait in the listener's queue. One that is full drops what
// comes, and the client asks again after a second.
func (c check) backlog() Finding {
	need := min(c.Dials, c.peak())
	f := Finding{Check: "listen backlog", Needs: count(need)}
	if c.Remote {
		f = f.has("", false)
		f.Why = "the target's host decides it: run bench doctor there"
		return f
	}
	if f = f.has("", c.host.SomaxConn != nil); f.Verdict == Unknown {
		return f
	}
	room, limit := *c.host.SomaxConn, "net.core.somaxconn"
	f.Has = fmt.Sprintf("%s (%s)", count(room), limit)
	// Without SYN cookies the kernel keeps the last quarter for peers that it knows.
	if cookies, syn := c.host.SYNCookies, c.host.SYNBacklog; cookies != nil && *cookies == 0 && syn != nil && *syn-*syn/4 < room {
		room, limit = *syn-*syn/4, "net.ipv4.tcp_max_syn_backlog"
		f.Has = fmt.Sprintf("%s (%s without SYN cookies)", count(room), limit)
	}
	if need <= room {
		return f
	}
	return f.warns(fmt.Sprintf("%s connections are opened at once, the listen queue has room for %s, and what it drops is asked for again a second later", count(need), count(room)),
		"raise it", fmt.Sprintf("sudo sysctl -w %s=4096", limit))
}

// tracked is how long a firewall remembers a connection that was closed (nf_conntrack_tcp_timeout_time_wait).
const tracked = 120 * time.Second

// conntrack: a firewall that remembers connections drops new ones when it remembers too many. One that
// remembers none at all does not look.
func (c check) conntrack() Finding {
	f := Finding{Check: "conntrack"}
	if c.host.ConntrackMax == nil || c.host.Conntrack == nil {
		if f = f.has("", c.host.OS == "linux"); f.Verdict == OK {
			f.Has = "not loaded"
		}
		return f
	}
	most, now := *c.host.ConntrackMax, *c.host.Conntrack
	if now == 0 {
		f.Needs = "0"
		return f.has(count(most)+", none now", true)
	}
	need := c.remembered(tracked)
	f.Needs = computed(need)
	f.Allows = clients(most - now)
	f = f.has(fmt.Sprintf("%s, %s now", count(most), count(now)), true)
	raise := fmt.Sprintf("sudo sysctl -w net.netfilter.nf_conntrack_max=%d", need+now)
	switch {
	case c.peak() > most-now:
		return f.refuses(fmt.Sprintf("--clients %d needs as many entries of conntrack, which has room for %d", c.peak(), max(0, most-now)),
			lower(most-now, "raise net.netfilter.nf_conntrack_max"), raise)
	case need > most-now:
		return f.warns(fmt.Sprintf("conntrack remembers up to %s connections (computed) for this, has room for %s, and drops new ones beyond that", count(need), count(most-now)),
			"raise it", raise)
	}
	return f
}

// initialWindow is the segments that TCP sends before it has heard of any (RFC 6928), segmentOverhead what each
// has besides its payload.
const (
	initialWindow   = 10
	segmentOverhead = 52
)

// congestion: what fits into the first window is sent at once, whatever the algorithm. It is no fault that the
// rest depends on it, but results of hosts with different ones are not to be compared then.
func (c check) congestion() Finding {
	once := float64(c.Scenario.PayloadBytes * c.together())
	f := Finding{Check: "congestion control", Needs: fmt.Sprintf("~%s at once", kilobytes(once))}
	if f = f.has("", c.host.CongestionControl != ""); f.Verdict == Unknown {
		return f
	}
	mtu := 1500
	if !c.Remote && c.host.LoopbackMTU > 0 {
		mtu = c.host.LoopbackMTU
	}
	window := float64(initialWindow * (mtu - segmentOverhead))
	f.Has = fmt.Sprintf("%s, %s in its first window", c.host.CongestionControl, kilobytes(window))
	f.Allows = "one round trip"
	if once > window {
		f.Allows = "several round trips"
	}
	return f
}
