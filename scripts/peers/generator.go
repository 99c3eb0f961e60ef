package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"pollpush/internal/adapter"
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
	// Behind says that the tool took in messages so late that many of those sent in the window were not in its
	// processor time yet: that is more than is measured.
	Behind bool `json:"behind,omitempty"`
}

// isBehind reports whether a run's processor time is short of more than a 40th of its messages. By Little's law, as
// many are on their way at any moment as are sent in the time that one takes on average.
func (r generatorRun) isBehind(w work) bool {
	if w.transport != scenario.WebSocket || len(r.Reported) == 0 {
		return false // a poll that the target answered waits for its client, and the client for it
	}
	delivery := r.Reported[0].Mean // it comes first
	return delivery == nil || *delivery > *ms(w.window)/40
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
	if _, err := target.Admin().Topics(ctx, w.topics()); err != nil {
		return r, err
	}
	now := clock.New().Now()
	w.wall = time.Duration(time.Now().UnixNano() - int64(now))
	if t.prepare != nil {
		if err := t.prepare(w); err != nil {
			return r, err
		}
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
	r.Behind = r.isBehind(w)
	return r, nil
}
