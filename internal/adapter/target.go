package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/child"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// Target is the project's own server, in a process of its own.
type Target struct {
	process  *child.Target
	admin    *admin.Client
	endpoint transport.Endpoint
}

// StartTarget starts a target. The program must run child.Run when its first argument is child.Command. What the
// target complains of goes to stderr.
func StartTarget(ctx context.Context, stderr io.Writer) (*Target, error) {
	config := target.DefaultConfig()
	config.Listen, config.Admin, config.Topics = "127.0.0.1:0", "127.0.0.1:0", 1
	process, err := child.Start(ctx, config, stderr)
	if err != nil {
		return nil, err
	}
	endpoint, err := transport.ParseEndpoint(process.Service)
	if err != nil {
		process.Kill()
		return nil, err
	}
	return &Target{process: process, admin: admin.NewClient(process.Admin, nil), endpoint: endpoint}, nil
}

// Service returns the URL of the address that is measured.
func (t *Target) Service() string { return t.process.Service }

// AdminURL returns the URL of the address that it is controlled on.
func (t *Target) AdminURL() string { return t.process.Admin }

// Admin returns what controls it.
func (t *Target) Admin() *admin.Client { return t.admin }

// PID implements Server.
func (t *Target) PID() int { return t.process.PID() }

// Close implements Server.
func (t *Target) Close() {
	t.admin.Close()
	t.process.Stop()
}

// Client implements Server.
func (t *Target) Client(name scenario.Transport, dialer *transport.Dialer) Client {
	return client(name, dialer, t.endpoint, new(sequenceCursor))
}

// client returns a client for a server that has streams and sockets where the target has them, and takes no notice
// of the cursor in their URLs, as nothing is behind it.
func client(name scenario.Transport, dialer *transport.Dialer, endpoint transport.Endpoint, polls cursor) Client {
	switch name {
	case scenario.WebSocket:
		return &wspush.Client{Dialer: dialer, Endpoint: endpoint}
	case scenario.SSE:
		return &ssepush.Client{Dialer: dialer, Endpoint: endpoint, Fields: eventStreamFields}
	case scenario.LongPoll, scenario.ShortPoll:
	}
	return &longPoller{dialer: dialer, endpoint: endpoint, cursor: polls}
}

// eventStreamFields are what an EventSource sends (HTML Living Standard, section 9.2.2).
var eventStreamFields = []exchange.Field{{Name: "Accept", Value: "text/event-stream"}}

// publishedStep is the time between two looks at how far a publication is.
const publishedStep = 50 * time.Millisecond

// Publish implements Server: the target itself publishes, in its own process.
func (t *Target) Publish(ctx context.Context, p Publication, begun func(clock.Instant)) error {
	started, err := t.admin.Publish(ctx, admin.PublicationRequest{
		Schedule: p.Schedule, In: launchLead, PayloadBytes: p.PayloadBytes,
	})
	if err != nil {
		return err
	}
	begun(started.Origin)
	tick := time.NewTicker(publishedStep)
	defer tick.Stop()
	for {
		progress, err := t.admin.Progress(ctx)
		if err != nil {
			return err
		}
		if progress.Stopped {
			return errors.New("the target's publication was stopped")
		}
		if progress.Done {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sequenceCursor is the target's: the sequence number of the last message, and an array in each answer.
type sequenceCursor struct{ after uint64 }

// targetHold is how long the target holds a poll.
const targetHold = "25s"

func (c *sequenceCursor) request() (string, []exchange.Field) {
	return ajaxpoll.Path + "?topic=0&after=" + strconv.FormatUint(c.after, 10) + "&wait=" + targetHold, nil
}

func (c *sequenceCursor) take(_ http.Header, body []byte) ([][]byte, error) {
	var array []json.RawMessage
	if err := json.Unmarshal(body, &array); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	raws := make([][]byte, len(array))
	for i, raw := range array {
		raws[i] = raw
		m, err := feed.Decode(raw)
		if err != nil {
			return nil, err
		}
		c.after = m.Seq
	}
	return raws, nil
}
