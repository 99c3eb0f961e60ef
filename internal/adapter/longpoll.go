package adapter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// cursor is a server's form of long polling: how a poll says what its client has got, and what an answer looks
// like. It belongs to one client.
type cursor interface {
	// request returns path and query of the next poll, and the header fields that it needs.
	request() (target string, fields []exchange.Field)
	// take returns the messages of an answer with status 200, and moves on to behind them.
	take(head http.Header, body []byte) ([][]byte, error)
}

// longPoller polls a server over one kept connection, whatever its cursor's form: so all servers are polled at the
// same expense. It is net/http's parser, which understands every server's heads.
type longPoller struct {
	dialer   *transport.Dialer
	endpoint transport.Endpoint
	cursor   cursor
}

// maxAnswerBytes bounds the body of an answer.
const maxAnswerBytes = 1 << 20

// Subscribe implements Client. As the topic is followed from its beginning, nothing can be missed from when there is
// a connection.
func (c *longPoller) Subscribe(ctx context.Context, sink transport.Sink) error {
	meter, err := c.dialer.Connect(ctx, c.endpoint.Address)
	if err != nil {
		return transport.UnlessDone(ctx, err)
	}
	defer func() { _ = meter.Close() }()
	release := context.AfterFunc(ctx, func() { _ = meter.Close() })
	defer release()
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	answers := bufio.NewReader(meter)
	var unit transport.Unit
	for {
		if err := c.poll(meter, answers, &unit); err != nil {
			return transport.UnlessDone(ctx, fmt.Errorf("long poll: %w", err))
		}
		sink.Unit(&unit)
	}
}

// poll makes one exchange, and puts what it brought into unit.
func (c *longPoller) poll(meter *wire.Meter, answers *bufio.Reader, unit *transport.Unit) error {
	target, fields := c.cursor.request()
	var request strings.Builder
	request.WriteString("GET " + c.endpoint.Prefix + target + " HTTP/1.1\r\nHost: " + c.endpoint.Host + "\r\n")
	for _, f := range fields {
		request.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	request.WriteString("\r\n")
	if _, err := io.WriteString(meter, request.String()); err != nil {
		return err
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	body, err := exchange.ReadAll(answer.Body, nil, maxAnswerBytes)
	_ = answer.Body.Close() // it was read to its end, or the error says why not
	if err != nil {
		return err
	}
	*unit = transport.Unit{Received: meter.Received(), Messages: unit.Messages[:0]}
	return c.take(answer, body, unit)
}

func (c *longPoller) take(answer *http.Response, body []byte, unit *transport.Unit) error {
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNoContent: // the hold is over
		return nil
	default:
		return exchange.NewStatusError(answer.StatusCode, body)
	}
	raws, err := c.cursor.take(answer.Header, body)
	if err != nil {
		return err
	}
	for _, raw := range raws {
		m, err := feed.Decode(raw)
		if err != nil {
			return err
		}
		unit.Messages = append(unit.Messages, m)
	}
	if answer.Close {
		return errors.New("the server closes the connection after an answer: it cannot be followed on one")
	}
	return nil
}
