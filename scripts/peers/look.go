package main

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"pollpush/internal/adapter"
	"pollpush/internal/procs"
	"pollpush/internal/scenario"
)

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
