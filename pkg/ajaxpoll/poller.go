package ajaxpoll

import (
	"context"
	"fmt"
	"net/http"

	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
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
	fields []exchange.Field // of each request
	after  uint64

	conn    exchange.Conn // nil between connections
	release func() bool   // takes the connection back from ctx

	spent wire.Ledger // by a connection that has been closed, and not reported yet

	scheduled clock.Instant // when the poll in hand should leave; 0 once it has
	out       bool          // the poll in hand has left

	target []byte           // of the last request
	body   *exchange.Buffer // of the poll in hand, once its head is here
	unit   transport.Unit
}

// poll makes one exchange and hands it to the sink. When a connection that was kept turns out to
// have been closed by the server meanwhile, the poll is made again on a fresh one, as browsers do
// (RFC 9112 section 9.3.1, RFC 9113 section 6.8).
func (p *poller) poll(ctx context.Context, wait string, scheduled clock.Instant) error {
	stale := p.conn != nil
	p.begin(scheduled)
	err := p.exchange(ctx, wait)
	if err != nil && stale && ctx.Err() == nil && p.unheard() {
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

// unheard reports whether nothing of an answer has come.
func (p *poller) unheard() bool {
	p.collect()
	return p.spent.Down.Header == 0
}

func (p *poller) begin(scheduled clock.Instant) {
	p.unit = transport.Unit{Messages: p.unit.Messages[:0]}
	p.scheduled, p.out = scheduled, false
}

// fail reports the poll as failed and gives its connection up. One that was out when ctx ended did
// not fail but was given up, and one that was not did not happen; what it cost is booked all the same.
func (p *poller) fail(ctx context.Context, err error) {
	p.unit.Err = fmt.Errorf("poll after %d: %w", p.after, err)
	switch {
	case ctx.Err() == nil:
		p.unit.Cost = wire.Ledger{Requests: 1, RequestsFailed: 1}
	case p.out:
		p.unit.Cost = wire.Ledger{RequestsGivenUp: 1}
	default:
		p.unit.Cost = wire.Ledger{}
	}
	p.unit.Messages, p.unit.Missed = p.unit.Messages[:0], 0
	p.unit.Received = p.client.Dialer.Clock.Now()
	p.end()
	p.report()
}

// report hands the unit to the sink, with what has crossed the wire since the last one. What of it
// is a message's has been framing so far.
func (p *poller) report() {
	p.collect()
	cost := &p.unit.Cost
	p.spent.Down.Framing -= cost.Down.Payload
	cost.Book(&p.spent)
	p.spent = wire.Ledger{}
	p.sink.Unit(&p.unit)
	if p.body != nil { // the messages stood in it
		p.body.Return()
		p.body = nil
	}
}

// collect takes what has crossed the connection.
func (p *poller) collect() {
	if p.conn != nil {
		p.conn.Book(&p.spent)
	}
}

func (p *poller) exchange(ctx context.Context, wait string) error {
	if p.scheduled != 0 { // it leaves now, by a connection of its own if need be
		p.unit.Scheduled, p.unit.Left = p.scheduled, p.client.Dialer.Clock.Now()
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	p.out = true
	answer, err := p.conn.Get(p.request(wait))
	if err != nil {
		return err
	}
	p.body = exchange.Borrow()
	p.body.B, err = exchange.ReadAll(answer.Body, p.body.B, maxAnswerBytes)
	if err != nil {
		return err
	}
	p.unit.Received = p.conn.Meter().Received()
	if err := p.take(answer.Status); err != nil {
		return err
	}
	p.unit.Cost.Requests = 1
	if answer.Close || !p.client.KeepAlive {
		p.follow()
	}
	return nil
}

// request returns the request of a poll. Its target is valid until the next.
func (p *poller) request(wait string) exchange.Request {
	sub := p.client.Subscription
	sub.After = p.after
	p.target = append(append(append(p.target[:0], p.client.Endpoint.Prefix...), Path...), '?')
	p.target = sub.AppendQuery(p.target)
	if p.client.Pace == nil {
		p.target = append(append(p.target, "&wait="...), wait...)
	}
	return exchange.Request{Target: p.target, Host: p.client.Endpoint.Host, Fields: p.fields}
}

// take reads the messages out of an answer's body, and moves the cursor.
func (p *poller) take(status int) error {
	cost := &p.unit.Cost
	switch status {
	case http.StatusNoContent:
	case http.StatusOK:
		if err := eachObject(p.body.B, p.takeObject); err != nil {
			return err
		}
	default:
		return exchange.NewStatusError(status, p.body.B)
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
	conn, err := p.client.Dialer.Exchange(ctx, p.client.Endpoint.Address)
	if err != nil {
		return err
	}
	p.conn = conn
	finish := conn.Meter().Finish
	if !p.client.KeepAlive {
		finish = conn.Meter().FinishAlone // the request asks the server to close
	}
	p.release = transport.AfterFunc(ctx, finish)
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
	p.conn.Drain()
	p.part()
}

// leave ends the subscription. What closing took belongs to no exchange.
func (p *poller) leave() {
	p.end()
	if p.spent != (wire.Ledger{}) {
		p.begin(0)
		p.unit.Received = p.client.Dialer.Clock.Now()
		p.report()
	}
}

// follow closes a connection that the server is closing.
func (p *poller) follow() {
	p.release()
	p.conn.Follow()
	p.part()
}

// part lets go of a connection that is closed.
func (p *poller) part() {
	p.collect()
	p.conn = nil
}
