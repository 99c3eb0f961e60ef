package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/scenario"
)

// A trial leaves no goroutine and no open file behind in the process of the generator, over any transport and over all
// together, whether its clients come and leave or are cut off in the midst of it. scripts/soak says the same of
// many rounds, and of memory.
func TestTrialsLeaveNothing(t *testing.T) {
	files := leaveLittle(t, scenario.SSE, false) // the first trial opens what the process keeps: epoll's files
	for _, name := range append(scenario.Transports(), scenario.Mixed) {
		for _, cut := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, cut off %t", name, cut), func(t *testing.T) {
				leaveNoGoroutine(t)
				if got := leaveLittle(t, name, cut); got != files {
					t.Errorf("%d files are open, want %d as before", got, files)
				}
			})
		}
	}
}

// leaveLittle runs a trial on real sockets, and returns how many files are open after it.
func leaveLittle(t *testing.T, name scenario.Transport, cut bool) int {
	t.Helper()
	s := small(name)
	s.Clients, s.Rate, s.Warmup, s.PollInterval = 40, 10, 0, 100*time.Millisecond
	s.Stages = []scenario.Stage{{For: 200 * time.Millisecond, Clients: 4}, {For: 200 * time.Millisecond, Clients: 40}}
	s.Duration = s.StagesLength()
	if name == scenario.Mixed {
		for _, each := range scenario.Transports() {
			s.Groups = append(s.Groups, scenario.Group{Name: string(each), Share: 2500, Transport: each, Headers: s.Headers})
		}
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	profile, err := headers.Load(s.Headers)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine.Engine{Scenario: s, Headers: profile, GroupHeaders: groupHeaders(t, s), Launch: onLoopback(t), Limits: patient()}
	e.Progress = func(p engine.Progress) {
		if cut && p.Phase == engine.Window {
			cancel()
		}
	}
	var want error
	if cut {
		want = context.Canceled
	}
	if _, err := e.Run(ctx); !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", name, err, want)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// onLoopback launches targets in this process, on real sockets.
func onLoopback(t *testing.T) engine.Launch {
	return func(context.Context) (*engine.Target, error) {
		service, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		control, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		return newLaboratory(t).serve(service, control, nil)
	}
}
