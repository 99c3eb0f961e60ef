package http1

import (
	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

// Conn is one connection of a client. It is used by one goroutine at a time.
type Conn struct {
	meter  *wire.Meter
	reader Reader
	answer exchange.Answer // the last one
	body   Body            // of it

	contentType string // of the last answer that had one

	known       bool  // the connection itself has been booked
	sent, heads int64 // bytes of requests, and of heads of answers, that have not
	booked      int64 // what was consumed when Book was called last
}

// NewConn starts HTTP/1.1 on a fresh connection. The caller closes the meter.
func NewConn(m *wire.Meter) *Conn { return &Conn{meter: m, reader: newReader(m)} }

// Meter returns the connection underneath.
func (c *Conn) Meter() *wire.Meter { return c.meter }

// Reader returns the buffered reader of the connection, for the protocol that follows a 101. What
// is read from it counts as consumed.
func (c *Conn) Reader() *Reader { return &c.reader }

// Consumed returns how many bytes of the connection have been taken out of the reader so far. The
// difference of two readings is what the part between them was long, whatever the reader has read
// ahead.
func (c *Conn) Consumed() int64 { return c.meter.BytesRead() - int64(c.reader.Buffered()) }
