package metrics

import (
	"time"

	"github.com/prometheus/procfs"
)

// CPU is processor time, in the process itself and in the kernel on its behalf.
type CPU struct{ User, System time.Duration }

// Sub returns the time from o to c.
func (c CPU) Sub(o CPU) CPU { return CPU{c.User - o.User, c.System - o.System} }

// ResidentBytes returns this process's resident memory, 0 where /proc does not tell.
func ResidentBytes() int64 {
	self, err := procfs.Self()
	if err != nil {
		return 0
	}
	stat, err := self.Stat()
	if err != nil {
		return 0
	}
	return int64(stat.ResidentMemory())
}
