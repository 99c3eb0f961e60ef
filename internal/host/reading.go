package host

import (
	"net"
	"runtime"
	"time"
)

// Reading is what this host allows, and what it is at, now. What cannot be read here is nil, empty or 0:
// nothing is guessed.
type Reading struct {
	OS string
	// OpenFiles is how many files this process may have open, and with it each that it starts; OpenFilesHard
	// is how far it can be raised without being root. 0 means that this system has no such limit.
	OpenFiles, OpenFilesHard uint64
	// Ports is how many local ports there are to connect from, without those that are reserved.
	Ports *int
	// CannotListen is why no local port could be had to listen on; empty when there is one.
	CannotListen string
	// SomaxConn is the most connections that wait to be accepted, SYNBacklog the most handshakes that are
	// under way where SYNCookies is 0.
	SomaxConn, SYNBacklog, SYNCookies *int
	// TimeWait is the sockets in TIME_WAIT, TimeWaitMax the most there may be. TimeWaitReuse is
	// net.ipv4.tcp_tw_reuse: 0 never, 1 always, 2 over the loopback; it needs Timestamps.
	TimeWait, TimeWaitMax, TimeWaitReuse, Timestamps *int
	// Conntrack is the connections that the firewall remembers, ConntrackMax the most; nil without one.
	Conntrack, ConntrackMax *int
	// MemoryAvailable is what can be had without swapping, in bytes; CGroup may allow less.
	MemoryAvailable *uint64
	CGroup          CGroup

	CPUs, GOMAXPROCS  int
	Governors         []string // of the processors' clock rates, each once
	CongestionControl string
	LoopbackMTU       int
	ClockSource       string
	ClockSources      []string // what else the kernel offers
	// ClockCost is what a reading of the clock took, measured; the least of several.
	ClockCost time.Duration
	// Load is what others do with the processors; nil until somebody has measured it.
	Load *Load
}

// Survey reads what this host allows. It takes less than a millisecond or two and measures no load.
func Survey() Reading {
	soft, hard := openFiles()
	t := root()
	source, sources := t.clockSources()
	return Reading{
		OS:        runtime.GOOS,
		OpenFiles: soft, OpenFilesHard: hard,
		Ports: t.ports(), CannotListen: cannotListen(),
		SomaxConn: t.number("net/core/somaxconn"), SYNBacklog: t.number("net/ipv4/tcp_max_syn_backlog"),
		SYNCookies: t.number("net/ipv4/tcp_syncookies"),
		TimeWait:   t.timeWait(), TimeWaitMax: t.number("net/ipv4/tcp_max_tw_buckets"),
		TimeWaitReuse: t.number("net/ipv4/tcp_tw_reuse"), Timestamps: t.number("net/ipv4/tcp_timestamps"),
		Conntrack:       t.number("net/netfilter/nf_conntrack_count"),
		ConntrackMax:    t.number("net/netfilter/nf_conntrack_max"),
		MemoryAvailable: t.memoryAvailable(), CGroup: t.cgroup(),
		CPUs: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0), Governors: t.governors(),
		CongestionControl: t.text("net/ipv4/tcp_congestion_control"), LoopbackMTU: loopbackMTU(),
		ClockSource: source, ClockSources: sources, ClockCost: clockCost(),
	}
}

// cannotListen tries it, on the loopback.
func cannotListen() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err.Error()
	}
	_ = l.Close() // nobody knew of it
	return ""
}

// clockCost measures what a reading of the clock takes. The least of several rounds is what it takes when
// nothing comes in between.
func clockCost() time.Duration {
	const rounds, readings = 8, 256
	least := time.Hour
	for range rounds {
		began := time.Now()
		for range readings - 1 {
			_ = time.Now()
		}
		least = min(least, time.Since(began)/readings)
	}
	return least
}
