// Package profile writes down where the processor time and the memory of a trial go: the generator's, which is
// this process, and the target's, which is asked for them on its admin address.
package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

// A Target is a process that can be asked for profiles.
type Target interface {
	// CPUProfile returns where the processor time went in the time that follows, once that is over.
	CPUProfile(ctx context.Context, over time.Duration) ([]byte, error)
	// HeapProfile returns what is in memory, after a collection.
	HeapProfile(ctx context.Context) ([]byte, error)
}

// fetchTimeout bounds how long a target may take beyond the time that it profiles.
const fetchTimeout = 10 * time.Second

// Recorder writes the profiles of one trial after the other into a folder. Its methods are called by one
// goroutine.
type Recorder struct {
	dir   string
	warn  io.Writer
	wrong error // the first thing that went wrong with a file

	name   string // of the trial in hand
	cpu    *os.File
	target Target
	cancel context.CancelFunc // gives up what the target is asked for
	asked  sync.WaitGroup
}

// NewRecorder returns a recorder for a folder, which it makes if need be, and makes sure that it can write there.
// What a target does not tell is said on warn.
func NewRecorder(dir string, warn io.Writer) (*Recorder, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a folder, which is made if it is not there", dir)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".writable-")
	if err != nil {
		return nil, fmt.Errorf("write into the folder: %w", err)
	}
	err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	return &Recorder{dir: dir, warn: warn, cancel: func() {}}, err
}

// Begin begins to profile the processor time of both processes, for a trial of that name; over is how long the
// window is that begins. The target may be nil.
func (r *Recorder) Begin(name string, target Target, over time.Duration) {
	r.name, r.target = name, target
	file, err := os.Create(r.path("generator", "cpu"))
	if err != nil {
		r.note(err)
		return
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		r.note(errors.Join(err, file.Close()))
		return
	}
	r.cpu = file
	var ctx context.Context
	ctx, r.cancel = context.WithTimeout(context.Background(), over+fetchTimeout)
	r.asked.Go(func() {
		r.fetch("cpu", func() ([]byte, error) { return target.CPUProfile(ctx, over) })
	})
}

// EndCPU ends what Begin began, in this process.
func (r *Recorder) EndCPU() {
	if r.cpu == nil {
		return
	}
	pprof.StopCPUProfile()
	r.note(r.cpu.Close())
	r.cpu = nil
}

// Heap collects the garbage of both processes and writes what is left. By then the target has answered what
// Begin asked for.
func (r *Recorder) Heap() {
	r.asked.Wait()
	runtime.GC()
	r.note(r.writeHeap())
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	r.fetch("heap", func() ([]byte, error) { return r.target.HeapProfile(ctx) })
}

func (r *Recorder) writeHeap() error {
	file, err := os.Create(r.path("generator", "heap"))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("heap").WriteTo(file, 0), file.Close())
}

// fetch writes a profile of the target.
func (r *Recorder) fetch(kind string, ask func() ([]byte, error)) {
	profile, err := ask()
	if err == nil {
		err = os.WriteFile(r.path("target", kind), profile, 0o600)
	}
	if err != nil {
		_, _ = fmt.Fprintf(r.warn, "profile %s: the target's %s is missing, the generator's is there: %v\n", r.name, kind, err)
	}
}

// Close ends what is under way, and returns the first thing that went wrong with a file.
func (r *Recorder) Close() error {
	r.cancel()
	r.EndCPU()
	r.asked.Wait()
	return r.wrong
}

func (r *Recorder) path(process, kind string) string {
	return filepath.Join(r.dir, process+"-"+r.name+"."+kind+".pprof")
}

func (r *Recorder) note(err error) {
	if r.wrong == nil {
		r.wrong = err
	}
}
