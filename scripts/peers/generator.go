package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/admin"
	"pollpush/internal/procs"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// generatorRun is what one run of a load generator came to.
type generatorRun struct {
	Job       string   `json:"job"`
	Tool      string   `json:"tool"`
	Arguments []string `json:"arguments"`
	Round     int      `json:"round"` // from 1; 0 is the run with few clients
	Clients   int      `json:"clients"`
	// Window is what the next three are of.
	Window time.Duration `json:"window_ns"`
	Done   int64         `json:"done"` // polls answered, or messages sent, as the target counts
	CPU    time.Duration `json:"cpu_ns"`
	// ServerCPU is what the target used meanwhile.
	ServerCPU time.Duration `json:"server_cpu_ns"`
	// Memory is the generator's at the end of the window.
	Memory   int64     `json:"memory_bytes"`
	Reported []latency `json:"reported"`
}

// Bounds of a run.
const (
	toolStart = time.Minute // until all are connected
	toolEnd   = time.Minute // from the end of the window
	lookStep  = 50 * time.Millisecond
)

// generate has a tool do its work once.
func generate(ctx context.Context, t tool, w work, stderr io.Writer) (generatorRun, error) {
	r := generatorRun{Job: w.name, Tool: t.name, Clients: w.clients}
	target, err := adapter.StartTarget(ctx, stderr)
	if err != nil {
		return r, err
	}
	defer target.Close()
	w.service, w.admin = target.Service(), target.AdminURL()
	now := clock.New().Now()
	w.wall = time.Duration(time.Now().UnixNano() - int64(now))
	if err := prepareK6(w); err != nil {
		return r, err
	}
	r.Arguments = t.arguments(w)
	p, err := start(ctx, t, r.Arguments)
	if err != nil {
		return r, err
	}
	defer p.kill()
	if err := p.work(ctx, target, w, t.publishes, &r); err != nil {
		return r, fmt.Errorf("%s, %s: %w: %s", t.name, w.name, err, p.tail())
	}
	if r.Reported, err = t.report(w, p.printed.String()); err != nil {
		return r, fmt.Errorf("%w: %s", err, p.tail())
	}
	return r, nil
}

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
				Topics: 1, Rate: w.rate, Arrivals: scenario.Fixed, Length: w.length() + w.connecting() + toolEnd,
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
	if to.connected < w.clients {
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

// reading is how things stand at one moment.
type reading struct {
	at           time.Time
	done         int64
	connected    int
	tool, server procs.Usage
}

func (p *process) look(ctx context.Context, target *adapter.Target, w work) (reading, error) {
	text, err := target.Admin().Metrics(ctx)
	if err != nil {
		return reading{}, err
	}
	r := reading{at: time.Now(), connected: int(metric(text, `pollpush_target_connections_active`))}
	if w.transport == scenario.WebSocket {
		r.done = metric(text, `pollpush_target_messages_sent_total{transport="websocket"}`)
	} else {
		r.done = metric(text, `pollpush_target_requests_total{outcome="messages",transport="short-poll"}`) +
			metric(text, `pollpush_target_requests_total{outcome="empty",transport="short-poll"}`)
	}
	if r.tool, err = procs.Tree(p.cmd.Process.Pid); err != nil {
		return r, err
	}
	r.server, err = procs.Tree(target.PID())
	return r, err
}

// metric returns the value of a metric, by its name and labels as they are written.
func metric(text []byte, name string) int64 {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			v, err := strconv.ParseFloat(string(bytes.TrimSpace(rest)), 64)
			if err == nil {
				return int64(v)
			}
		}
	}
	return 0
}
