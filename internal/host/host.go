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
	OS                string `json:"os"`
	Arch              string `json:"arch"`
	Kernel            string `json:"kernel"`
	CPUModel          string `json:"cpu_model"`
	CPUs              int    `json:"cpus"`
	GOMAXPROCS        int    `json:"gomaxprocs"`
	MemoryBytes       uint64 `json:"memory_bytes"`
	LoopbackMTU       int    `json:"loopback_mtu"`
	CongestionControl string `json:"congestion_control"`
	OpenFiles         uint64 `json:"open_files"`
	PortRange         string `json:"port_range"`
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
