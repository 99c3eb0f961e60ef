package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/admin"
	"pollpush/internal/scenario"
)

// process is a running tool.
type process struct {
	cmd     *exec.Cmd
	printed bytes.Buffer // may be read when it has ended
	exited  chan struct{}
}

func start(ctx context.Context, t tool, arguments []string) (*process, error) {
	p := &process{exited: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, t.program, arguments...) //nolint:gosec // it is one of the tools
	p.cmd.Stdout, p.cmd.Stderr = &p.printed, &p.printed
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait() // what it left says more than its exit code
	}()
	return p, nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it has ended already, as a rule
	<-p.exited
}

// tail kills the tool, and returns the end of what it said.
func (p *process) tail() string {
	p.kill()
	said := strings.TrimSpace(p.printed.String())
	return said[max(0, len(said)-1000):]
}

// work waits until the tool has connected, measures it through the window, and waits for its end.
func (p *process) work(ctx context.Context, target *adapter.Target, w work, publishes bool, r *generatorRun) error {
	if err := p.connected(ctx, target.Admin(), w); err != nil {
		return err
	}
	if w.rate > 0 && !publishes {
		if _, err := target.Admin().Publish(ctx, admin.PublicationRequest{
			Schedule: scenario.Schedule{
				Topics: w.topics(), Rate: w.rate, Arrivals: scenario.Fixed, Length: w.length() + w.connecting() + toolEnd,
			},
			PayloadBytes: payloadBytes,
		}); err != nil {
			return err
		}
	}
	if err := p.pause(ctx, w.settle); err != nil {
		return err
	}
	from, err := p.look(ctx, target, w)
	if err != nil {
		return err
	}
	if err := p.pause(ctx, w.window); err != nil {
		return err
	}
	to, err := p.look(ctx, target, w)
	if err != nil {
		return err
	}
	if to.connected < w.clients-w.clients/100 { // one in a hundred may be between two connections
		return fmt.Errorf("at the end of the window %d of %d clients were connected", to.connected, w.clients)
	}
	r.Window = to.at.Sub(from.at)
	r.Done = to.done - from.done
	r.CPU, r.ServerCPU = to.tool.CPU-from.tool.CPU, to.server.CPU-from.server.CPU
	r.Memory = to.tool.Memory
	select {
	case <-p.exited:
		return nil
	case <-time.After(toolEnd + w.connecting()):
		return errors.New("it does not end")
	}
}

// payloadBytes is the size of a message.
const payloadBytes = 128

// connected waits until the target has all of the tool's clients.
func (p *process) connected(ctx context.Context, target *admin.Client, w work) error {
	ctx, cancel := context.WithTimeout(ctx, toolStart)
	defer cancel()
	for {
		text, err := target.Metrics(ctx)
		if err != nil {
			return err
		}
		if metric(text, `pollpush_target_connections_active`) >= int64(w.clients) {
			return nil
		}
		if err := p.pause(ctx, lookStep); err != nil {
			return fmt.Errorf("not all clients were connected: %w", err)
		}
	}
}

// pause waits, unless the tool ends meanwhile.
func (p *process) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.exited:
		return errors.New("it ended early")
	case <-ctx.Done():
		return ctx.Err()
	}
}
