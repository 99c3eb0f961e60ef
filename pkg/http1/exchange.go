package http1

import (
	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

var _ exchange.Conn = (*Conn)(nil)

// Get sends a request and reads the head of its answer, which is valid until the next one.
func (c *Conn) Get(r exchange.Request) (*exchange.Answer, error) {
	sent, err := c.Ask(r)
	if err != nil {
		return nil, err
	}
	c.sent += sent
	head, err := c.ReadHead()
	c.heads += head.Bytes
	if err != nil {
		return nil, err
	}
	c.answer = exchange.Answer{Status: head.Status, ContentType: c.contentTypeOf(head), Close: head.Close, Body: c.Body(head)}
	return &c.answer, nil
}

// contentTypeOf returns a head's content type. It is always the same one where there is one, and then takes no
// memory.
func (c *Conn) contentTypeOf(head Head) string {
	if len(head.contentType) == 0 {
		return ""
	}
	if string(head.contentType) != c.contentType {
		c.contentType = string(head.contentType)
	}
	return c.contentType
}

// Book adds to l what has crossed the connection since the last call: the connection itself, heads,
// and as framing all of the bodies with what transfer coding adds to them (RFC 9112 section 7).
func (c *Conn) Book(l *wire.Ledger) {
	if !c.known {
		c.known = true
		l.Connections++
	}
	l.Up.Header += c.sent
	l.Down.Header += c.heads
	consumed := c.Consumed()
	l.Down.Framing += consumed - c.booked - c.heads
	c.sent, c.heads, c.booked = 0, 0, consumed
	c.meter.BookOverhead(l)
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
