package http1

import (
	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

var _ exchange.Conn = (*Conn)(nil)

// Get sends a request and reads the head of its answer, which is valid until the next one.
func (c *Conn) Get(r exchange.Request) (*exchange.Answer, error) {
	if err := c.ask(r); err != nil {
		return nil, err
	}
	head, err := c.ReadHead()
	c.heads += head.Bytes
	if err != nil {
		return nil, err
	}
	c.answer.Status, c.answer.Close, c.answer.Body = head.Status, head.Close, c.Body(head)
	if string(head.contentType) != c.answer.ContentType { // it seldom changes, and then takes no memory
		c.answer.ContentType = string(head.contentType)
	}
	return &c.answer, nil
}

// ask sends a request. What waits for the answer holds no buffer for it.
func (c *Conn) ask(r exchange.Request) error {
	request := exchange.Borrow()
	defer request.Return()
	request.B = AppendRequest(request.B, r)
	if err := c.Send(request.B); err != nil {
		return err
	}
	c.sent += int64(len(request.B))
	return nil
}

// Take returns what has crossed the connection since the last call: the connection itself, heads,
// and as framing all of the bodies with what transfer coding adds to them (RFC 9112 section 7).
func (c *Conn) Take() wire.Ledger {
	now := wire.Ledger{
		Connections: 1,
		Up:          wire.Bytes{Header: c.sent},
		Down:        wire.Bytes{Header: c.heads, Framing: c.Consumed() - c.heads},
	}
	since := now.Sub(c.taken)
	c.taken = now
	return since.Add(c.meter.Overhead())
}

// Drain ends an orderly close that the meter's Finish began.
func (c *Conn) Drain() {
	c.meter.Drain()
	c.discard()
}

// Follow closes a connection that the server is closing as well.
func (c *Conn) Follow() {
	c.meter.Follow()
	c.discard()
}

// discard drops what was read ahead, which nobody will ask for any more: it counts as consumed.
func (c *Conn) discard() { c.reader.Discard(c.reader.Buffered()) }
