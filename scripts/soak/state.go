package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"pollpush/internal/child"
	"pollpush/pkg/metrics"
)

// state is what a process holds at one moment.
type state struct {
	goroutines, files int64
	heap, resident    int64 // bytes; heap is what is in use
}

// over returns whichever is more of each.
func (s state) over(o state) state {
	return state{
		max(s.goroutines, o.goroutines), max(s.files, o.files), max(s.heap, o.heap), max(s.resident, o.resident),
	}
}

// states are those of the two processes.
type states struct{ generator, target state }

// watch reads the states of this process and of the target, which it asks over one connection that stays: so what
// is read is always the same by that.
type watch struct {
	target *child.Target
	http   *http.Client
	peak   states // of what was read since it was cleared
}

func newWatch(on *child.Target) *watch {
	return &watch{target: on, http: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: time.Minute}}
}

func (w *watch) close() { w.http.CloseIdleConnections() }

// ask returns what the target answers on its admin address.
func (w *watch) ask(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.target.Admin+path, http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := w.http.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }() // it was read; there is nothing left to lose
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswerBytes))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return string(body), err
}

// maxAnswerBytes bounds an answer: metrics and profiles are much smaller.
const maxAnswerBytes = 64 << 20

// read returns what both processes hold.
func (w *watch) read(ctx context.Context) (states, error) {
	text, err := w.ask(ctx, "/metrics")
	if err != nil {
		return states{}, err
	}
	var now states
	if now.target, err = parseState(text); err != nil {
		return states{}, err
	}
	if now.target.files, err = openFiles(w.target.PID()); err != nil {
		return states{}, err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	now.generator = state{
		goroutines: int64(runtime.NumGoroutine()), heap: int64(memory.HeapAlloc), resident: metrics.ResidentBytes(),
	}
	now.generator.files, err = openFiles(os.Getpid())
	return now, err
}

// parseState reads a target's own metrics. How many files it has open is not among them everywhere.
func parseState(text string) (s state, err error) {
	for name, to := range map[string]*int64{
		"go_goroutines": &s.goroutines, "go_memstats_heap_alloc_bytes": &s.heap, "process_resident_memory_bytes": &s.resident,
	} {
		_, rest, _ := strings.Cut("\n"+text, "\n"+name+" ")
		figure, _, _ := strings.Cut(rest, "\n")
		value, err := strconv.ParseFloat(figure, 64)
		if err != nil {
			return s, fmt.Errorf("the target's metrics have no %s: this needs Linux", name)
		}
		*to = int64(value)
	}
	return s, nil
}

// openFiles returns how many files a process has open.
func openFiles(pid int) (int64, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return 0, fmt.Errorf("count open files, for which this needs Linux: %w", err)
	}
	return int64(len(files)), nil
}

// start reads the states every second until it is stopped, and keeps the most of each. A target that is too busy
// to answer is asked again.
func (w *watch) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		look := time.NewTicker(time.Second)
		defer look.Stop()
		for {
			if now, err := w.read(ctx); err == nil {
				w.peak = states{w.peak.generator.over(now.generator), w.peak.target.over(now.target)}
			}
			select {
			case <-look.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { cancel(); watching.Wait() }
}

// patience is how long the processes may take to come to rest. A connection that is cut is found out about at once,
// and whoever does not drain within 10 s; but Go's runtime gives pages back with no more than 1 % of a processor.
const patience = 3 * time.Minute

// Processes are at rest when so many looks in a row saw the same goroutines and files, and no memory given back but
// for so much.
const (
	restful = 8
	stirs   = 1 << 20
)

// atRest waits until both processes are at rest and returned says that all is as it should be, or patience is over.
// It returns their states, after a collection.
func (w *watch) atRest(ctx context.Context, returned func(*states) bool) (*states, error) {
	look := time.NewTicker(time.Second / 4)
	defer look.Stop()
	var last states
	var rested *states // when they were at rest last; a look may fall on a moment
	for same, began := 0, time.Now(); ; {
		now, err := w.collect(ctx)
		if err != nil {
			return nil, err
		}
		same++
		if !now.generator.rests(last.generator) || !now.target.rests(last.target) {
			same, last = 0, now
		}
		if rested == nil || same >= restful {
			rested = &now
		}
		if same >= restful && returned(&now) || time.Since(began) > patience {
			return rested, nil // what is too much shows
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// rests reports whether nothing but noise has happened since before.
func (s state) rests(before state) bool {
	return s.goroutines == before.goroutines && s.files == before.files && s.resident > before.resident-stirs
}

// collect collects the garbage of both processes, twice because what pools hold goes with the second, and returns
// their states.
func (w *watch) collect(ctx context.Context) (states, error) {
	for range 2 {
		debug.FreeOSMemory() // a collection, whose pages are given back at once
		if _, err := w.ask(ctx, "/debug/pprof/heap?gc=1"); err != nil {
			return states{}, err
		}
	}
	return w.read(ctx)
}
