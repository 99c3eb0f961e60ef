package quantumleap

import (
	"context"
	"slices"
	"time"

	"pollpush/internal/build"
	"pollpush/internal/host"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Schema names the form of a Leap as JSON.
const Schema = "pollpush/quantum-leap/v1"

// Leap is the claim put to the test: replayed, computed and measured.
type Leap struct {
	Schema  string     `json:"schema"`
	Tool    build.Info `json:"tool"`
	Host    host.Info  `json:"host"`
	Started time.Time  `json:"started"`
	// Complete says that nothing cut the run short.
	Complete bool   `json:"complete"`
	Replay   Replay `json:"replay"`
	// Paper is the paper's table, computed from the replay.
	Paper []Line `json:"paper"`
	// Measured has a crowd for each number of clients that was asked for, and Computed what follows
	// from one of them for the paper's largest use case; nil when that was measured, or follows from
	// nothing.
	Measured []Crowd   `json:"measured"`
	Computed *Computed `json:"computed,omitempty"`
}

// Bench runs scenarios, each trial against a target of its own.
type Bench interface {
	// Check returns why a scenario cannot be run on this host, and what to do about it.
	Check(s scenario.Scenario) error
	// Run runs a scenario. The result holds what was measured also when there is an error.
	Run(ctx context.Context, s scenario.Scenario) (result.Result, error)
}

// Run puts the claim to the test. When ctx ends meanwhile, the Leap holds what there was, and the error
// is ctx's; when the replay fails, there is none. A run that fails does not end the others: why it did is
// in the Leap.
func Run(ctx context.Context, s Settings, b Bench) (*Leap, error) {
	replay, err := replayPaper(ctx)
	if err != nil {
		return nil, err
	}
	l := &Leap{
		Schema: Schema, Tool: build.Read(), Host: host.Read(), Started: time.Now().UTC().Truncate(time.Second),
		Replay: replay, Paper: paperTable(replay.Together()),
	}
	for _, clients := range s.Clients {
		crowd, err := measure(ctx, s, b, clients)
		l.Measured = append(l.Measured, crowd)
		if err != nil {
			return l, err
		}
	}
	l.Complete, l.Computed = true, compute(l.Measured)
	return l, nil
}

// Worst returns what the least of the trials is worth. It is empty when nothing was measured.
func (l *Leap) Worst() result.State {
	var worst result.State
	for _, c := range l.Measured {
		for _, t := range c.Turns {
			worst = worse(worst, t.State())
		}
	}
	return worst
}

// worse returns the lesser of two states; an empty one is none.
func worse(a, b result.State) result.State {
	order := []result.State{"", result.Valid, result.Suspect, result.Invalid}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// Failed reports whether something that could have been measured was not.
func (l *Leap) Failed() bool {
	for _, c := range l.Measured {
		for _, t := range c.Turns {
			if t.Problem != "" {
				return true
			}
		}
	}
	return false
}
