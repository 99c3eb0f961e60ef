// Package host describes the machine that a figure was measured on, and the limits it sets.
package host

import (
	"runtime"
)

// SpareFiles are the open files that a process needs besides one for each connection: listeners,
// pipes, polling, /proc, the admin connection.
const SpareFiles = 64

// Unlimited stands for a limit on open files that is none, or is not known.
const Unlimited = 1 << 30

// Info is what decides a figure besides the program. What cannot be found out is empty or 0.
type Info struct {
	OS                string `json:"os"`                 // the operating system, as Go calls it
	Arch              string `json:"arch"`               // the processor's architecture, as Go calls it
	Kernel            string `json:"kernel"`             // the kernel's name and version
	CPUModel          string `json:"cpu_model"`          // the processors' model
	CPUs              int    `json:"cpus"`               // processors that the process may use
	GOMAXPROCS        int    `json:"gomaxprocs"`         // threads that run Go code at once
	MemoryBytes       uint64 `json:"memory_bytes"`       // memory of the machine
	LoopbackMTU       int    `json:"loopback_mtu"`       // the longest packet of the loopback, in bytes
	CongestionControl string `json:"congestion_control"` // the algorithm of TCP
	OpenFiles         uint64 `json:"open_files"`         // the limit of open files of a process
	PortRange         string `json:"port_range"`         // local ports of outgoing connections, from-to
}

// Read describes this host.
func Read() Info {
	return Info{
		OS:                runtime.GOOS,
		Arch:              runtime.GOARCH,
		Kernel:            kernel(),
		CPUModel:          cpuModel(),
		CPUs:              runtime.NumCPU(),
		GOMAXPROCS:        runtime.GOMAXPROCS(0),
		MemoryBytes:       memoryBytes(),
		LoopbackMTU:       loopbackMTU(),
		CongestionControl: root().text("net/ipv4/tcp_congestion_control"),
		OpenFiles:         OpenFiles(),
		PortRange:         portRange(),
	}
}
