package doctor

import (
	"fmt"
	"math"

	"pollpush/internal/scenario"
)

// What a process and a client take, in bytes: measured with 10,000 clients, the garbage between two collections
// included (docs/doctor.md). They are estimates: a fifth more or less is to be expected.
const (
	baseMemory   = 20e6 // of each process
	socketMemory = 5e3  // of the kernel, for each end of a connection
	tlsMemory    = 18e3 // for each end
	http2Server  = 20e3
	http2Client  = 4e3
	bufferedEnd  = 4e3 // of a message that is in the buffers anyway
)

var (
	serverMemory = map[scenario.Transport]float64{scenario.ShortPoll: 32e3, scenario.LongPoll: 43e3, scenario.SSE: 8e3, scenario.WebSocket: 13e3}
	clientMemory = map[scenario.Transport]float64{scenario.ShortPoll: 17e3, scenario.LongPoll: 18e3, scenario.SSE: 16e3, scenario.WebSocket: 16e3}
)

// perClient estimates what a client takes over a transport, on this host.
func (c check) perClient(t scenario.Transport) float64 {
	server, client := serverMemory[t]+socketMemory, clientMemory[t]+socketMemory
	if c.Scenario.TLS {
		server, client = server+tlsMemory, client+tlsMemory
	}
	if c.Scenario.OverHTTP2(t) {
		server, client = server+http2Server, client+http2Client
	}
	// A message is in the sender's hands once, and in the reader's three times while it is taken apart.
	if size := float64(c.Scenario.PayloadBytes); size > bufferedEnd {
		server, client = server+size, client+3*size
	}
	if c.Attached {
		return client
	}
	return server + client
}

// kept estimates what the target keeps of the messages of all topics.
func (c check) kept() float64 {
	const most = 1 << 30 // of each topic
	s := c.Scenario
	messages := min(math.Ceil(s.Rate*c.span().Seconds()), float64(max(4096, s.Retention())))
	return float64(s.Topics) * min(messages*float64(s.PayloadBytes), most)
}

// base estimates what is taken whatever the number of clients.
func (c check) base() float64 {
	if c.Attached {
		return baseMemory
	}
	return 2*baseMemory + c.kept()
}

// memory: what does not fit is swapped or killed.
func (c check) memory() Finding {
	var each float64
	for _, t := range c.transports() {
		each = max(each, c.perClient(t))
	}
	need := c.base() + each*float64(c.peak())
	f := Finding{Check: "memory", Needs: "~" + about(need/1e6) + " MB"}
	has, where := c.available()
	if f = f.has("", has != nil); f.Verdict == Unknown {
		return f
	}
	free := float64(*has)
	room := int(max(0, free-c.base()) / each)
	f.Has, f.Allows = megabytes(free)+where, "~"+clients(atMost(float64(room)))
	switch {
	case need > free:
		return f.refuses(fmt.Sprintf("--clients %d needs about %s MB of memory (computed, %.0f kB each), %s are free%s", c.peak(), about(need/1e6), each/1e3, megabytes(free), where),
			lower(room, "free some"), "")
	case need > 0.8*free:
		return f.warns(fmt.Sprintf("this needs about %s MB of memory (computed, %.0f kB for each client), %s are free%s, and a host that swaps is late", about(need/1e6), each/1e3, megabytes(free), where),
			"free some, or lower --clients", "")
	}
	return f
}

// available is the memory that can be had, and who says so.
func (c check) available() (bytes *uint64, where string) {
	host, group := c.host.MemoryAvailable, c.host.CGroup.MemoryFree
	if group != nil && (host == nil || *group < *host) {
		return group, " in this control group"
	}
	return host, ""
}
