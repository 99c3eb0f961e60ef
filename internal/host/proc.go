package host

import (
	"fmt"
	"net"
	"time"

	"github.com/prometheus/procfs"
)

// What follows comes from /proc, and is empty where there is none.

func memoryBytes() uint64 {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0
	}
	memory, err := fs.Meminfo()
	if err != nil || memory.MemTotalBytes == nil {
		return 0
	}
	return *memory.MemTotalBytes
}

// portRange returns the local ports that connections are made from, as in "32768-60999".
func portRange() string {
	first, last, ok := root().portRange()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d-%d", first, last)
}

func loopbackMTU() int {
	interfaces, err := net.Interfaces()
	if err != nil {
		return 0
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback != 0 {
			return i.MTU
		}
	}
	return 0
}

// Usage returns the processor time that a process of this host has used, and its resident memory in bytes.
func Usage(pid int) (cpu time.Duration, rss int64, ok bool) {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return 0, 0, false
	}
	stat, err := proc.Stat()
	if err != nil {
		return 0, 0, false
	}
	return time.Duration(stat.CPUTime() * float64(time.Second)), int64(stat.ResidentMemory()), true
}
