package ssepush

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// Client follows one topic over an event stream, on a connection of its own.
type Client struct {
	Dialer       *transport.Dialer
	Endpoint     transport.Endpoint
	Subscription transport.Subscription
	// Fields are the header fields of the request, besides Host.
	Fields []exchange.Field
}

// ErrStreamEnded says that the server ended a stream that its client still wanted.
var ErrStreamEnded = errors.New("the server ended the stream")

// Subscribe follows the stream until ctx is done, and then returns nil, or until it breaks. The
// response head is the server's acceptance. It starts no goroutine that outlives the call.
func (c *Client) Subscribe(ctx context.Context, sink transport.Sink) error {
	conn, err := c.Dialer.Exchange(ctx, c.Endpoint.Address)
	if err != nil {
		return transport.UnlessDone(ctx, err)
	}
	r := &reader{conn: conn, sink: sink}
	release := transport.AfterFunc(ctx, conn.Meter().Finish)
	defer func() {
		if release() {
			conn.Meter().Finish()
		}
		conn.Drain()
		r.report(0) // what came after the last event that was understood
	}()
	if err := r.open(c.request()); err != nil {
		return transport.UnlessDone(ctx, fmt.Errorf("open stream: %w", err))
	}
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	return transport.UnlessDone(ctx, r.follow())
}

func (c *Client) request() exchange.Request {
	return exchange.Request{
		Target: c.Subscription.AppendQuery([]byte(c.Endpoint.Prefix + Path + "?")),
		Host:   c.Endpoint.Host,
		Fields: c.Fields,
	}
}

// reader reads one stream and books what it takes.
type reader struct {
	conn exchange.Conn
	sink transport.Sink
	body exchange.Body

	decoder decoder
	ahead   int64           // bytes of content that have been taken from the connection, and belong to later units
	unit    *transport.Unit // what is being booked, nil while there is nothing
}

// open sends the request and reads the head of the answer.
func (r *reader) open(request exchange.Request) error {
	answer, err := r.conn.Get(request)
	if err == nil {
		r.body = answer.Body
		err = accepted(answer)
	}
	cost := r.begin()
	cost.Requests = 1
	if err != nil {
		cost.RequestsFailed = 1
	} else {
		cost.RequestsWithMessages = 1
	}
	r.report(0)
	return err
}

// accepted checks that the answer is an event stream. A refusal explains itself in its body.
func accepted(answer *exchange.Answer) error {
	if answer.Status != http.StatusOK {
		const reasonBytes = 64 << 10
		body, _ := exchange.ReadAll(answer.Body, nil, reasonBytes) // the status is the error; the body explains it if it can
		return exchange.NewStatusError(answer.Status, body)
	}
	if typ, _, _ := mime.ParseMediaType(answer.ContentType); typ != "text/event-stream" {
		return fmt.Errorf("content type %q is no event stream", answer.ContentType)
	}
	return nil
}

// follow reads events until the stream ends, and returns why it did.
func (r *reader) follow() error {
	for {
		r.body.Wait()
		if err := r.some(); err != nil {
			return err
		}
	}
}

// readBytes is how much of a stream is read at once.
const readBytes = 4096

// some reads and decodes some of the stream.
func (r *reader) some() error {
	buf := exchange.Borrow()
	defer buf.Return()
	buf.B = slices.Grow(buf.B, readBytes)[:readBytes]
	n, err := r.body.Read(buf.B)
	if derr := r.decode(buf.B[:n]); derr != nil {
		err = derr
	}
	if err != nil {
		r.report(0)
	}
	if errors.Is(err, io.EOF) {
		return ErrStreamEnded
	}
	return err
}

// decode takes the events out of p, which is the last part of the stream that was consumed.
func (r *reader) decode(p []byte) error {
	for len(p) > 0 {
		n, e, complete, err := r.decoder.next(p)
		p = p[n:]
		if err != nil {
			return err
		}
		if !complete {
			return nil
		}
		r.begin()
		if err := r.take(e); err != nil {
			return err
		}
		r.report(len(p))
	}
	return nil
}

// take reads the message or the gap that an event carries.
func (r *reader) take(e event) error {
	if !e.HasData {
		return nil
	}
	if string(e.Type) == gapEvent {
		gap, ok := feed.DecodeGap(e.Data)
		if !ok {
			return fmt.Errorf("event of type %s: not a gap", gapEvent)
		}
		r.unit.Missed = gap.Missed
		return nil
	}
	m, err := feed.Decode(e.Data)
	if err != nil {
		return err
	}
	r.unit.Messages = append(r.unit.Messages, m)
	r.unit.Cost.Messages = 1
	r.unit.Cost.Down.Payload = int64(len(e.Data))
	return nil
}

// begin begins the next unit unless one has been, and returns what it costs.
func (r *reader) begin() *wire.Ledger {
	if r.unit == nil {
		r.unit = transport.BorrowUnit()
	}
	return &r.unit.Cost
}

// report hands the unit to the sink: all that was taken from the connection, except for the rest bytes
// that the decoder has still to see. What is no payload is framing: field names, line ends, comments,
// and what carries them.
func (r *reader) report(rest int) {
	cost := r.begin()
	r.conn.Book(cost)
	cost.Down.Framing += r.ahead - int64(rest) - cost.Down.Payload
	r.ahead = int64(rest)
	if *cost != (wire.Ledger{}) {
		r.unit.Received = r.conn.Meter().Completed(cost)
		r.sink.Unit(r.unit)
	}
	r.unit.Return()
	r.unit = nil
}
