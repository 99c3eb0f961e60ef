//go:build !windows

package procs

import "github.com/prometheus/procfs"

// resident returns the proportional set size of a process.
func resident(fs procfs.FS, pid int) (int64, error) {
	p, err := fs.Proc(pid)
	if err != nil {
		return 0, err
	}
	memory, err := p.ProcSMapsRollup()
	return int64(memory.Pss), err
}
