package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/child"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/metrics"
	"pollpush/pkg/transport"
)

// generatorBudgets are those of bench: what a virtual client takes, and what its messages do.
func generatorBudgets() []budget {
	memory := func(t scenario.Transport, bound float64) budget {
		return budget{"generator-memory-" + string(t), "KB per client", bound, func(ctx context.Context) (float64, error) {
			return generatorMemory(ctx, t)
		}}
	}
	allocations := func(t scenario.Transport, unit string) budget {
		// What the engine does by itself meanwhile, shared out: the timeline has a histogram for each second and shard, and
		// the target is looked at each second. Tests hold what a message allocates to nothing.
		const background = 0.03
		return budget{"generator-allocations-" + string(t), unit, background, func(ctx context.Context) (float64, error) {
			return generatorAllocations(ctx, t)
		}}
	}
	return []budget{
		memory(scenario.WebSocket, 8),
		memory(scenario.SSE, 8),
		memory(scenario.LongPoll, 12),
		memory(scenario.ShortPoll, 12),
		{"generator-cpu-websocket", "× a bare net.Conn reader's", 1.25, webSocketCPU},
		{"generator-cpu-short-poll", "× wrk's", 1.3, pollCPU},
		allocations(scenario.WebSocket, "allocations per message"),
		allocations(scenario.SSE, "allocations per message"),
		allocations(scenario.LongPoll, "allocations per poll"),
		allocations(scenario.ShortPoll, "allocations per poll"),
	}
}

// startTarget starts a target in a process of its own, with two topics: what follows the second finds it
// empty.
func startTarget(ctx context.Context, clients int) (*child.Target, error) {
	c := target.DefaultConfig()
	c.Listen, c.Admin, c.Topics, c.MaxConnections = "127.0.0.1:0", "127.0.0.1:0", 2, clients
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return child.Start(ctx, c, os.Stderr)
}

// measuredRun runs a scenario of one trial against a running target, and returns the trial. at is called
// when a phase begins, which waits for it.
func measuredRun(ctx context.Context, s scenario.Scenario, on *child.Target, at func(*engine.Engine, engine.Phase)) (result.Trial, error) {
	profile, err := headers.Load(s.Headers)
	if err != nil {
		return result.Trial{}, err
	}
	endpoint, err := transport.ParseEndpoint(on.Service)
	if err != nil {
		return result.Trial{}, err
	}
	e := &engine.Engine{
		Scenario: s, Headers: profile, TargetName: on.Service,
		Launch: func(context.Context) (*engine.Target, error) {
			control := admin.NewClient(on.Admin, nil)
			return &engine.Target{Endpoint: endpoint, Admin: control, Stop: control.Close, Kill: control.Close}, nil
		},
	}
	e.Progress = func(p engine.Progress) { at(e, p.Phase) }
	r, err := e.Run(ctx)
	if err != nil {
		return result.Trial{}, err
	}
	t := r.Trials[0]
	if d := t.Server.Books.Difference; *t.Messages.Lost > 0 || d == nil || *d != 0 {
		return t, fmt.Errorf("the run is worth nothing: %s", strings.Join(t.Verdict.Reasons, "; "))
	}
	return t, nil
}

// generatorMemory returns what one virtual client takes of this process's resident memory, in KB, after
// it has received messages and the garbage has been collected once.
func generatorMemory(ctx context.Context, t scenario.Transport) (float64, error) {
	s := scenario.Default()
	s.Transports, s.Clients, s.Rate = []scenario.Transport{t}, either(2_000, 10_000), 1
	s.Warmup, s.Duration, s.PollInterval = 0, 5*time.Second, 2*time.Second
	on, err := startTarget(ctx, s.Clients)
	if err != nil {
		return 0, err
	}
	defer on.Stop()
	var before, after int64
	if _, err = measuredRun(ctx, s, on, func(_ *engine.Engine, p engine.Phase) {
		switch p {
		case engine.Connect: // nothing is dialed yet
			debug.FreeOSMemory()
			before = metrics.ResidentBytes()
		case engine.Collect: // all messages are here, and all clients too
			debug.FreeOSMemory()
			after = metrics.ResidentBytes()
		}
	}); err != nil {
		return 0, err
	}
	if before == 0 {
		return 0, errors.New("this system does not tell how much memory is resident")
	}
	return float64(after-before) / float64(s.Clients) / 1000, nil
}

// closedLoop is a thousand clients that get one message after the other, or do nothing but poll.
func closedLoop(t scenario.Transport) scenario.Scenario {
	s := scenario.Default()
	s.Transports, s.Clients = []scenario.Transport{t}, 1000
	s.Warmup, s.Duration = time.Second, either(2*time.Second, 5*time.Second)
	s.Rate = 10 // so that a message has been read everywhere before the next one comes
	if t == scenario.ShortPoll {
		s.Rate = 0.5
		s.PollInterval = time.Millisecond // long past when an answer comes: the next poll leaves at once
	}
	return s
}

// generatorAllocations returns how many allocations the whole process makes for each message or poll, in the
// midst of the window.
func generatorAllocations(ctx context.Context, t scenario.Transport) (float64, error) {
	s := closedLoop(t)
	s.Rate = 10
	s.Warmup, s.Duration = 4*time.Second, either(5*time.Second, 8*time.Second) // every buffer has grown to what it needs
	on, err := startTarget(ctx, s.Clients)
	if err != nil {
		return 0, err
	}
	defer on.Stop()
	var counted sync.WaitGroup
	var start, end allocations
	_, err = measuredRun(ctx, s, on, func(e *engine.Engine, p engine.Phase) {
		if p == engine.Window {
			counted.Go(func() {
				const margin = 1500 * time.Millisecond // the engine looks at the target at the window's edges
				if pause(ctx, margin) == nil {
					start = countAllocations(e)
				}
				if pause(ctx, s.Duration-2*margin) == nil {
					end = countAllocations(e)
				}
			})
		}
	})
	counted.Wait()
	if units := end.units - start.units; err != nil || units > 0 {
		return float64(end.mallocs-start.mallocs) / float64(units), err
	}
	return 0, errors.New("nothing came in")
}

// allocations is how many there were, and how many messages or polls.
type allocations struct {
	mallocs uint64
	units   int64
}

func countAllocations(e *engine.Engine) allocations {
	var memory runtime.MemStats
	now := e.Snapshot()[0]
	runtime.ReadMemStats(&memory)
	return allocations{memory.Mallocs, max(now.Delivered, now.Wire.Requests)}
}
