package engine

import (
	"context"
	"net"
	"runtime"
	"time"

	"pollpush/internal/build"
	"pollpush/internal/headers"
	"pollpush/internal/host"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/source"
	"pollpush/pkg/clock"
)

// ConcurrentDials bounds how many connections are being opened at once. A listen queue holds 4096
// at best; with 128 under way none overflows, and more are no faster.
const ConcurrentDials = 128

// Engine runs scenarios. Its fields are not to be changed while it does, or by others.
type Engine struct {
	Scenario scenario.Scenario
	// Headers is the profile that the scenario names, with its cookie.
	Headers headers.Profile
	// GroupHeaders are those that the scenario's groups name, in their order.
	GroupHeaders []headers.Profile
	Launch       Launch
	// Limits say when a trial is suspect, and when invalid. The zero value means the default ones.
	Limits result.Limits
	// TargetName is what the result calls the target.
	TargetName string
	// Dial opens connections; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Sources are the addresses that clients connect from, in turn; with none the system chooses.
	Sources source.List
	// Part is the clients that this process runs; the zero value is all.
	Part Part
	// Spread says over how many processes clients and targets are spread; the zero value is that clients are
	// in this one, and have one target.
	Spread Spread
	// Clock stamps what arrives. The zero value means a clock of its own: all clocks of a host agree.
	Clock clock.Clock
	// Progress, if not nil, is called when a phase begins, which waits for it.
	Progress func(Progress)

	live    live
	sharers int // how many processes dial the same target, this one among them
}

// Phase is what a trial is doing.
type Phase string

// The phases of a trial, in their order.
const (
	Connect Phase = "connect"
	Warmup  Phase = "warm-up"
	Window  Phase = "window"
	Drain   Phase = "drain"
	Collect Phase = "collect"
	Done    Phase = "done"
)

// Phases returns the phases of a trial in their order.
func Phases() []Phase { return []Phase{Connect, Warmup, Window, Drain, Collect, Done} }

// Progress is where a run stands.
type Progress struct {
	Transport     scenario.Transport
	Trial, Trials int
	Phase         Phase
	Ready         int64         // clients subscribed, and still there
	Clients       int           // clients asked for, at most at the same time
	Delivered     int64         // messages of the window so far
	Elapsed       time.Duration // since the trial began
}

// Run runs all trials, transport by transport within each round, so that a disturbance of the
// machine hits all of them alike. The result holds what was measured also when there is an error;
// a trial that was cut short is in it, marked incomplete.
func (e *Engine) Run(ctx context.Context) (result.Result, error) {
	results, err := RunInTurns(ctx, []*Engine{e})
	return results[0], err
}

// blank returns the result before the first trial.
func (e *Engine) blank() result.Result {
	if e.Limits == (result.Limits{}) {
		e.Limits = result.DefaultLimits()
	}
	return result.Result{
		Schema:       result.Schema,
		Tool:         build.Read(),
		Host:         host.Read(),
		Target:       e.TargetName,
		Scenario:     e.Scenario,
		Headers:      e.Headers,
		GroupHeaders: e.GroupHeaders,
		Limits:       e.Limits,
		Trials:       []result.Trial{},

		SourceAddresses: e.Sources.String(),
		Processes:       e.Spread.stored(),
	}
}

// shardCount is how many ways the recording is split: enough that workers seldom meet.
func shardCount() int { return max(4, 2*runtime.GOMAXPROCS(0)) }
