package host

import (
	"context"
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// Load is what others do with the processors.
type Load struct {
	// Average is the kernel's load average of the last minute. It has what this program's last run did.
	Average float64
	// Busy is how many processors all others kept busy while it was measured, the host's other guests
	// included, which are also in Stolen.
	Busy, Stolen float64
	// Top is the process that took most; PID is 0 if none took any that can be seen from here.
	Top Task
}

// Task is a process, and how many processors it kept busy.
type Task struct {
	PID  int
	Name string
	CPUs float64
}

// MeasureLoad looks at the processors for so long: a tenth of a second tells a tenth of a processor. It is nil
// where that cannot be read, and when ctx ends.
func MeasureLoad(ctx context.Context, span time.Duration) *Load {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return nil
	}
	average, err := fs.LoadAvg()
	if err != nil {
		return nil
	}
	before, ok := used(fs)
	if !ok {
		return nil
	}
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil
	}
	after, ok := used(fs)
	if !ok {
		return nil
	}
	l := before.to(after, os.Getpid())
	l.Average = average.Load1
	return l
}

// usage is what processors and processes have done, in seconds, up to an instant.
type usage struct {
	at           time.Time
	busy, stolen float64
	tasks        map[int]Task // CPUs is their time
}

func used(fs procfs.FS) (usage, bool) {
	stat, err := fs.Stat()
	if err != nil {
		return usage{}, false
	}
	c := stat.CPUTotal // guests' time is in that of the user
	u := usage{
		at: time.Now(), tasks: make(map[int]Task), stolen: c.Steal,
		busy: c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ + c.Steal,
	}
	processes, err := fs.AllProcs()
	if err != nil {
		return usage{}, false
	}
	for _, p := range processes {
		if s, err := p.Stat(); err == nil { // else it has ended
			u.tasks[p.PID] = Task{p.PID, s.Comm, s.CPUTime()}
		}
	}
	return u, true
}

// to returns what was done between two instants by all but one process.
func (u usage) to(later usage, self int) *Load {
	seconds := later.at.Sub(u.at).Seconds()
	if seconds <= 0 {
		return nil
	}
	// A process that was not there before has done all of it since.
	did := func(pid int) float64 { return (later.tasks[pid].CPUs - u.tasks[pid].CPUs) / seconds }
	l := &Load{
		Busy:   max(0, (later.busy-u.busy)/seconds-did(self)),
		Stolen: max(0, (later.stolen-u.stolen)/seconds),
	}
	for pid, task := range later.tasks {
		if cpus := did(pid); pid != self && cpus > l.Top.CPUs {
			l.Top = Task{pid, task.Name, cpus}
		}
	}
	return l
}
