// Package procs reads what a process and those that it started use, from outside, as Linux tells in /proc.
//
// A server or a load generator of somebody else's says nothing about itself that could be trusted to mean the same
// as ours. The kernel does.
package procs

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
)

// Usage is what a tree of processes uses.
type Usage struct {
	// CPU is the processor time so far, in user and kernel mode. The kernel tells it in steps of 10 ms.
	CPU time.Duration
	// Memory is what is resident, in bytes. Pages that several processes share are counted once, a share in each
	// (the proportional set size).
	Memory int64
	// Processes is how many there are.
	Processes int
}

// Tree returns what the process with the given id and all its descendants use now. What a descendant used that has
// ended is in it if its parent waited for it.
func Tree(pid int) (Usage, error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return Usage{}, fmt.Errorf("processes are read from /proc: %w", err)
	}
	all, err := fs.AllProcs()
	if err != nil {
		return Usage{}, fmt.Errorf("processes: %w", err)
	}
	stats := make(map[int]procfs.ProcStat, len(all))
	children := make(map[int][]int)
	for _, p := range all {
		stat, err := p.Stat()
		if err != nil {
			continue // it has ended
		}
		stats[p.PID] = stat
		children[stat.PPID] = append(children[stat.PPID], p.PID)
	}
	if _, ok := stats[pid]; !ok {
		return Usage{}, fmt.Errorf("process %d has ended", pid)
	}
	var sum Usage
	for pids := []int{pid}; len(pids) > 0; {
		p := pids[0]
		pids = append(pids[1:], children[p]...)
		if err := sum.add(fs, stats[p]); err != nil {
			return Usage{}, fmt.Errorf("process %d: %w", p, err)
		}
	}
	return sum, nil
}

// ticks is how many there are of the kernel's clock in a second, wherever Linux shows them.
const ticks = 100

func (u *Usage) add(fs procfs.FS, stat procfs.ProcStat) error {
	waited := stat.CUTime + stat.CSTime // these two have a sign in the kernel's own words
	u.CPU += time.Duration(int64(stat.UTime+stat.STime)+int64(waited)) * (time.Second / ticks)
	memory, err := resident(fs, stat.PID)
	if err != nil {
		return err
	}
	u.Memory += memory
	u.Processes++
	return nil
}
