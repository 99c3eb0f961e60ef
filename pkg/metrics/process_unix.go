//go:build unix

package metrics

import (
	"time"

	"golang.org/x/sys/unix"
)

// ProcessCPU returns the CPU time that this process has used (getrusage).
func ProcessCPU() CPU {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return CPU{}
	}
	return CPU{User: time.Duration(u.Utime.Nano()), System: time.Duration(u.Stime.Nano())}
}
