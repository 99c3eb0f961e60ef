package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/term"

	"pollpush/internal/engine"
	"pollpush/internal/host"
	"pollpush/internal/liveview"
	"pollpush/pkg/metrics"
)

// repaintEvery is how often the live view is painted: often enough to be alive, and seldom enough to cost a
// thousandth of a processor.
const repaintEvery = 500 * time.Millisecond

// liveView shows on a terminal what all jobs do.
type liveView struct {
	screen *liveview.Screen
	width  func() int
	stop   chan struct{}
	done   chan struct{}

	mu       sync.Mutex
	jobs     []job
	progress engine.Progress
	variant  string
	trial    time.Time     // when it began
	phase    time.Time     // when it began
	planned  time.Duration // for all trials
	spent    time.Duration // on those that are over, as planned
	target   usage
	self     usage
	wire     map[string]wireSample
}

// usage is what some processes had used at a time.
type usage struct {
	pids []int
	at   time.Time
	cpu  time.Duration
}

// wireSample is what a transport's clients had exchanged at a time.
type wireSample struct {
	at              time.Time
	requests, bytes int64
}

// newLiveView returns a view on a terminal, or nil where stderr is none, or one that cannot be painted on.
func newLiveView(stderr io.Writer) *liveView {
	f, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return &liveView{
		screen: liveview.NewScreen(f), stop: make(chan struct{}), done: make(chan struct{}), wire: make(map[string]wireSample),
		width: func() int {
			const usual = 80
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				return width
			}
			return usual
		},
	}
}

// follow takes what a job's engine says about its progress.
func (v *liveView) follow(o *options) func(engine.Progress) {
	return func(p engine.Progress) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.progress, v.variant, v.phase = p, o.variant(), time.Now()
		switch p.Phase { //nolint:exhaustive // the others change nothing about the time that is left
		case engine.Connect:
			v.trial = v.phase
		case engine.Done:
			v.spent += perTrial(o)
			v.trial = time.Time{}
		}
	}
}

// perTrial is how long a trial takes if nothing is late.
func perTrial(o *options) time.Duration {
	return o.scenario.Warmup + o.scenario.Duration + o.scenario.Cooldown
}

// start begins to paint. The view has to be ended.
func (v *liveView) start(jobs []job) {
	v.jobs = jobs
	for _, j := range jobs {
		v.planned += perTrial(j.options) * time.Duration(j.scenario.Trials*len(j.scenario.Transports))
	}
	go v.run()
}

func (v *liveView) run() {
	defer close(v.done)
	ticker := time.NewTicker(repaintEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = v.screen.Paint(v.view().Lines(v.width())) // a terminal that is gone is nobody's concern
		case <-v.stop:
			_ = v.screen.Clear()
			return
		}
	}
}

// end takes the view off the terminal.
func (v *liveView) end() {
	close(v.stop)
	<-v.done
}

// view returns what is to be seen now.
func (v *liveView) view() liveview.View {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := v.progress
	view := liveview.View{Doing: "starting", Left: v.left()}
	if !v.phase.IsZero() {
		view.Doing = fmt.Sprintf("%s%s, trial %d of %d: %s for %s", column(v.variant), p.Transport, p.Trial, p.Trials, p.Phase, time.Since(v.phase).Truncate(time.Second))
	}
	generators := []int{os.Getpid()}
	for _, j := range v.jobs {
		r, ok := j.engine.Running()
		if ok {
			view.Target, v.target = v.target.since(r.Targets)
			generators = union(generators, r.Generators)
			view.Lag = r.Lag
		}
		for _, s := range j.engine.Snapshot() {
			row := v.row(j.variant(), s)
			row.Running = ok && s.Transport == string(r.Transport)
			view.Rows = append(view.Rows, row)
		}
	}
	view.Generator, v.self = v.self.since(generators)
	return view
}

// left is how long the run goes on if nothing is late.
func (v *liveView) left() time.Duration {
	left := v.planned - v.spent
	if !v.trial.IsZero() {
		left -= time.Since(v.trial)
	}
	return max(left, 0)
}

// row returns the row of a transport of a variant, with rates since it was looked at before.
func (v *liveView) row(variant string, s metrics.BenchSnapshot) liveview.Row {
	row := liveview.Row{Name: column(variant) + s.Transport, Clients: s.Clients.Ready, Delivered: s.Delivered}
	if s.Latency != nil {
		row.P50, row.P99 = s.Latency.Percentile(50), s.Latency.Percentile(99)
	}
	now := wireSample{at: time.Now(), requests: s.Wire.Requests, bytes: s.Wire.Socket()}
	if before, ok := v.wire[row.Name]; ok {
		seconds := now.at.Sub(before.at).Seconds()
		row.Requests = float64(now.requests-before.requests) / seconds
		row.Bytes = float64(now.bytes-before.bytes) / seconds
	}
	v.wire[row.Name] = now
	return row
}

// union adds those of more that are not there to pids.
func union(pids, more []int) []int {
	for _, pid := range more {
		if !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// since returns what some processes use together since they were looked at before, and how they stand now. What
// one of them does not tell, the whole does not.
func (u usage) since(pids []int) (liveview.Usage, usage) {
	now, shown := usage{pids: pids, at: time.Now()}, liveview.Usage{Known: true}
	for _, pid := range pids {
		cpu, rss, ok := host.Usage(pid)
		if pid == 0 || !ok {
			return liveview.Usage{}, usage{}
		}
		now.cpu += cpu
		shown.RSS += rss
	}
	if slices.Equal(u.pids, pids) {
		shown.CPU = float64(now.cpu-u.cpu) / float64(now.at.Sub(u.at))
	}
	return shown, now
}
