package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// Client implements Server.
func (n *Nchan) Client(name scenario.Transport, dialer *transport.Dialer) Client {
	return client(name, dialer, n.endpoint, new(validatorCursor))
}

// Publish implements Server: each message is posted when it is due, over one connection that is kept. What the
// posting takes is in its latency, and in what nginx uses.
func (n *Nchan) Publish(ctx context.Context, p Publication, begun func(clock.Instant)) error {
	topic := feed.New(feed.Limits{})
	if err := topic.Grow(1); err != nil {
		return err
	}
	origin := n.clock.Now().Add(launchLead)
	begun(origin)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for arrival := range p.Schedule.All() {
		due := origin.Add(arrival.Due)
		timer.Reset(n.clock.Until(due))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		m, err := topic.Topic(0).Publish(due, p.PayloadBytes)
		if err != nil {
			return err
		}
		if err := n.post(ctx, m.Raw); err != nil {
			return fmt.Errorf("publish message %d: %w", m.Seq, err)
		}
	}
	return nil
}

func (n *Nchan) post(ctx context.Context, message []byte) error {
	answer, err := n.ask(ctx, http.MethodPost, "/publish", message)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswerBytes)); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusAccepted {
		return exchange.NewStatusError(answer.StatusCode, nil)
	}
	return nil
}

// validatorCursor is Nchan's: the Last-Modified and Etag of an answer, which the next poll sends back, and one
// message in each answer as it was posted. A poll without them is answered with the first message.
type validatorCursor struct{ modified, tag string }

func (c *validatorCursor) request() (string, []exchange.Field) {
	if c.modified == "" {
		return ajaxpoll.Path, nil
	}
	return ajaxpoll.Path, []exchange.Field{
		{Name: "If-Modified-Since", Value: c.modified}, {Name: "If-None-Match", Value: c.tag},
	}
}

func (c *validatorCursor) take(head http.Header, body []byte) ([][]byte, error) {
	c.modified, c.tag = head.Get("Last-Modified"), head.Get("Etag")
	if c.modified == "" {
		return nil, errors.New("answer without Last-Modified: is it Nchan's?")
	}
	return [][]byte{body}, nil
}
