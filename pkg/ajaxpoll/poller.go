package ajaxpoll

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// maxAnswerBytes bounds the body of an answer: MaxAnswerBytes, or one message of any size, and room
// for what is around them.
const maxAnswerBytes = 2 * MaxAnswerBytes

// poller is the state of one subscription: its cursor, its connection, its buffers.
type poller struct {
	client *Client
	sink   transport.Sink
	after  uint64

	conn    *http1.Conn // nil between connections
	release func() bool // takes the connection back from ctx
	used    bool        // the connection has carried an exchange

	overhead wire.Ledger // of a connection that has been closed, and is not reported yet

	scheduled clock.Instant // when the poll in hand should leave; 0 once it has

	request []byte
	body    []byte
	unit    transport.Unit
}

// poll makes one exchange and hands it to the sink. When a connection that was kept turns out to
// have been closed by the server meanwhile, the poll is made again on a fresh one, as browsers do
// (RFC 9112 section 9.3.1).
func (p *poller) poll(ctx context.Context, wait time.Duration, scheduled clock.Instant) error {
	stale := p.conn != nil
	p.begin(scheduled)
	err := p.exchange(ctx, wait)
	if err != nil && stale && p.unit.Cost.Down.Socket() == 0 && ctx.Err() == nil {
		p.fail(ctx, err)
		p.begin(0) // late it is only once
		err = p.exchange(ctx, wait)
	}
	if err != nil {
		p.fail(ctx, err)
		return err
	}
	p.report()
	return nil
}

func (p *poller) begin(scheduled clock.Instant) {
	p.unit = transport.Unit{
		Received: p.client.Dialer.Clock.Now(),
		Messages: p.unit.Messages[:0],
	}
	p.scheduled = scheduled
}

// fail reports the poll as failed and gives its connection up. A poll that never left because ctx
// had ended did not fail; what its connection cost is booked all the same.
func (p *poller) fail(ctx context.Context, err error) {
	p.unit.Err = fmt.Errorf("poll after %d: %w", p.after, err)
	cost := &p.unit.Cost
	if ctx.Err() == nil || cost.Requests > 0 {
		cost.Requests, cost.RequestsFailed = 1, 1
	}
	cost.RequestsWithMessages, cost.RequestsEmpty, cost.Messages = 0, 0, 0
	cost.Down.Framing += cost.Down.Payload
	cost.Down.Payload = 0
	p.unit.Messages, p.unit.Missed = p.unit.Messages[:0], 0
	p.unit.Received = p.client.Dialer.Clock.Now()
	p.end()
	p.report()
}

// report hands the unit to the sink, with what TLS took since the last one.
func (p *poller) report() {
	p.unit.Cost = p.unit.Cost.Add(p.overhead)
	p.overhead = wire.Ledger{}
	if p.conn != nil {
		p.unit.Cost = p.unit.Cost.Add(p.conn.Meter().Overhead())
	}
	p.sink.Unit(&p.unit)
}

func (p *poller) exchange(ctx context.Context, wait time.Duration) error {
	if err := p.connect(ctx); err != nil {
		return err
	}
	cost := &p.unit.Cost
	if !p.used {
		p.used = true
		cost.Connections = 1
	}
	p.request = p.appendRequest(p.request[:0], wait)
	if p.scheduled != 0 {
		p.unit.Scheduled, p.unit.Left = p.scheduled, p.client.Dialer.Clock.Now()
	}
	if err := p.conn.Send(p.request); err != nil {
		return err
	}
	cost.Requests = 1
	cost.Up.Header = int64(len(p.request))

	head, err := p.conn.ReadHead()
	cost.Down.Header = head.Bytes
	if err != nil {
		return err
	}
	start := p.conn.Consumed()
	p.body, err = p.conn.Body(head).ReadAll(p.body, maxAnswerBytes)
	p.unit.Received = p.conn.Received()
	if err == nil {
		err = p.take(head.StatusCode)
	}
	cost.Down.Framing = p.conn.Consumed() - start - cost.Down.Payload
	if err != nil {
		return err
	}
	if head.Close || !p.client.KeepAlive {
		p.follow()
	}
	return nil
}

func (p *poller) appendRequest(b []byte, wait time.Duration) []byte {
	sub := p.client.Subscription
	sub.After = p.after
	target := p.client.Endpoint.Prefix + Path + "?" + sub.Query()
	if p.client.Pace == nil {
		target += "&wait=" + wait.String()
	}
	if p.client.KeepAlive {
		return http1.AppendGet(b, target, p.client.Endpoint.Host)
	}
	return http1.AppendGet(b, target, p.client.Endpoint.Host, http1.Field{Name: "Connection", Value: "close"})
}

// take reads the messages out of an answer's body, and moves the cursor.
func (p *poller) take(status int) error {
	cost := &p.unit.Cost
	switch status {
	case http.StatusNoContent:
	case http.StatusOK:
		if err := eachObject(p.body, p.takeObject); err != nil {
			return err
		}
	default:
		return http1.NewStatusError(status, p.body)
	}
	cost.Messages = int64(len(p.unit.Messages))
	if cost.Messages == 0 {
		cost.RequestsEmpty = 1
		return nil
	}
	cost.RequestsWithMessages = 1
	p.after = p.unit.Messages[len(p.unit.Messages)-1].Seq
	return nil
}

func (p *poller) takeObject(object []byte) error {
	if gap, ok := feed.DecodeGap(object); ok {
		p.unit.Missed += gap.Missed
		return nil
	}
	m, err := feed.Decode(object)
	if err != nil {
		return err
	}
	p.unit.Messages = append(p.unit.Messages, m)
	p.unit.Cost.Down.Payload += int64(len(object))
	return nil
}

// connect makes sure that there is a connection. When ctx ends, the connection is closed in order
// from then on: a poll that is out may still be answered.
func (p *poller) connect(ctx context.Context) error {
	if p.conn != nil {
		return nil
	}
	meter, err := p.client.Dialer.Connect(ctx, p.client.Endpoint.Address)
	if err != nil {
		return err
	}
	p.conn, p.used = http1.NewConn(meter), false
	finish := meter.Finish
	if !p.client.KeepAlive {
		finish = meter.FinishAlone // the request asks the server to close
	}
	p.release = context.AfterFunc(ctx, finish)
	return nil
}

// end closes the connection in order: it sends the FIN and reads to the peer's.
func (p *poller) end() {
	if p.conn == nil {
		return
	}
	if p.release() {
		p.conn.Meter().Finish()
	}
	before := p.conn.Consumed()
	p.conn.Meter().Drain()
	p.part(before)
}

// leave ends the subscription. What closing took belongs to no exchange.
func (p *poller) leave() {
	p.end()
	if p.overhead != (wire.Ledger{}) {
		p.begin(0)
		p.report()
	}
}

// follow closes a connection that the server is closing.
func (p *poller) follow() {
	p.release()
	before := p.conn.Consumed()
	p.conn.Meter().Follow()
	p.part(before)
}

// part lets go of a connection that is closed. What came after consumed bytes was read by nobody:
// the rest of an answer that was given up, for instance.
func (p *poller) part(consumed int64) {
	p.overhead.Down.Framing += p.conn.Meter().BytesRead() - consumed
	p.overhead = p.overhead.Add(p.conn.Meter().Overhead())
	p.conn = nil
}
