package ssepush

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"pollpush/pkg/feed"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// Client follows one topic over an event stream, on a connection of its own.
type Client struct {
	Dialer       *transport.Dialer
	Endpoint     transport.Endpoint
	Subscription transport.Subscription
}

// ErrStreamEnded says that the server ended a stream that its client still wanted.
var ErrStreamEnded = errors.New("the server ended the stream")

// Subscribe follows the stream until ctx is done, and then returns nil, or until it breaks. The
// response head is the server's acceptance. It starts no goroutine that outlives the call.
func (c *Client) Subscribe(ctx context.Context, sink transport.Sink) error {
	meter, err := c.Dialer.Connect(ctx, c.Endpoint.Address)
	if err != nil {
		return transport.UnlessDone(ctx, err)
	}
	r := &reader{conn: http1.NewConn(meter), sink: sink}
	release := context.AfterFunc(ctx, meter.Finish)
	defer func() {
		if release() {
			meter.Finish()
		}
		meter.Drain()
		r.unit.Cost.Down.Framing = meter.BytesRead() - r.booked // what came after the last event that was understood
		r.report()
	}()
	if err := r.open(c.request()); err != nil {
		return transport.UnlessDone(ctx, fmt.Errorf("open stream: %w", err))
	}
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	return transport.UnlessDone(ctx, r.follow())
}

func (c *Client) request() []byte {
	target := c.Endpoint.Prefix + Path + "?" + c.Subscription.Query()
	return http1.AppendGet(nil, target, c.Endpoint.Host, http1.Field{Name: "Accept", Value: "text/event-stream"})
}

// reader reads one stream and books what it takes.
type reader struct {
	conn *http1.Conn
	sink transport.Sink
	body *http1.Body

	decoder decoder
	booked  int64 // how much of the connection has been handed to the sink, in Cost
	unit    transport.Unit
}

// open sends the request and reads the head of the answer.
func (r *reader) open(request []byte) error {
	cost := &r.unit.Cost
	*cost = wire.Ledger{Connections: 1, Requests: 1}
	cost.Up.Header = int64(len(request))
	if err := r.conn.Send(request); err != nil {
		cost.Up.Header = 0
		return r.refused(err)
	}
	head, err := r.conn.ReadHead()
	cost.Down.Header = head.Bytes
	if err != nil {
		return r.refused(err)
	}
	r.body = r.conn.Body(head)
	if err := accepted(head); err != nil {
		return r.refused(r.explain(head, err))
	}
	cost.RequestsWithMessages = 1
	r.report()
	return nil
}

func accepted(head http1.Head) error {
	if head.StatusCode != http.StatusOK {
		return http1.NewStatusError(head.StatusCode, nil)
	}
	if typ, _, _ := mime.ParseMediaType(head.Header.Get("Content-Type")); typ != "text/event-stream" {
		return fmt.Errorf("content type %q is no event stream", head.Header.Get("Content-Type"))
	}
	return nil
}

// explain adds to a refusal what its body says.
func (r *reader) explain(head http1.Head, err error) error {
	if head.StatusCode == http.StatusOK {
		return err
	}
	const reasonBytes = 64 << 10
	body, _ := r.body.ReadAll(nil, reasonBytes) // the status is the error; the body explains it if it can
	return http1.NewStatusError(head.StatusCode, body)
}

// refused books an opening that failed.
func (r *reader) refused(err error) error {
	r.unit.Cost.RequestsFailed = 1
	r.unit.Cost.Down.Framing = r.conn.Consumed() - r.unit.Cost.Down.Header
	r.report()
	return err
}

// follow reads events until the stream ends, and returns why it did.
func (r *reader) follow() error {
	buf := make([]byte, 4096)
	for {
		n, err := r.body.Read(buf)
		if derr := r.decode(buf[:n]); derr != nil {
			err = derr
		}
		if err != nil {
			r.bookTo(0)
			r.report()
			if errors.Is(err, io.EOF) {
				return ErrStreamEnded
			}
			return err
		}
	}
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
		if err := r.take(e); err != nil {
			return err
		}
		r.bookTo(len(p))
		r.report()
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

// bookTo books all that was consumed and not yet booked, except for the rest bytes that the decoder
// has still to see. What is no payload is framing: field names, line ends, comments, chunk sizes.
func (r *reader) bookTo(rest int) {
	cost := &r.unit.Cost
	cost.Down.Framing = r.conn.Consumed() - int64(rest) - r.booked - cost.Down.Payload
}

// report hands the unit to the sink and starts the next.
func (r *reader) report() {
	r.booked += r.unit.Cost.Down.Socket()
	r.unit.Cost = r.unit.Cost.Add(r.conn.Meter().Overhead())
	r.unit.Received = r.conn.Completed(r.unit.Cost)
	if r.unit.Cost != (wire.Ledger{}) {
		r.sink.Unit(&r.unit)
	}
	r.unit = transport.Unit{Messages: r.unit.Messages[:0]}
}
