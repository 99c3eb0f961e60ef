package http2

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

// What the client announces, and what it holds the server to. The windows are those of Go's own
// client: large enough that flow control is not what is measured.
const (
	streamWindow = 4 << 20
	connWindow   = 1 << 30
	frameBytes   = 16 << 10 // RFC 9113 section 6.5.2: what is announced when nothing is
	maxHeadBytes = 64 << 10
	bufferBytes  = 4096
	maxStreamID  = 1<<31 - 1
)

// ErrHeadTooLarge is what a response head beyond 64 KiB is refused with.
var ErrHeadTooLarge = errors.New("http2: response head too large")

// Conn is one connection of a client. It is used by one goroutine at a time.
type Conn struct {
	meter  *wire.Meter
	scheme string
	reader *bufio.Reader
	framer *http2.Framer // reads from reader and writes to out
	out    bytes.Buffer  // frames that wait to be sent at once
	block  bytes.Buffer  // the header block being encoded
	encode *hpack.Encoder
	decode *hpack.Decoder

	maxFrame uint32  // what the server takes in one frame
	last     uint32  // the stream that was opened last, 0 before the first
	settled  bool    // the server's first SETTINGS are here
	goAway   bool    // the server takes no new streams
	used     uint32  // of the connection's window, since it was opened last
	stream   *stream // the exchange in hand

	up     wire.Bytes  // what all frames sent took
	heads  int64       // bytes of all header blocks that came
	booked wire.Ledger // what has been booked so far
}

var _ exchange.Conn = (*Conn)(nil)

// NewConn starts HTTP/2 on a fresh connection, without asking first (RFC 9113 section 3.3), or over
// TLS that has agreed on it (section 3.2). The caller closes the meter.
func NewConn(m *wire.Meter, secure bool) *Conn {
	c := &Conn{meter: m, scheme: "http", maxFrame: frameBytes}
	if secure {
		c.scheme = "https"
	}
	c.reader = bufio.NewReaderSize(m, bufferBytes)
	c.framer = http2.NewFramer(&c.out, c.reader)
	c.framer.SetReuseFrames()
	c.framer.SetMaxReadFrameSize(frameBytes)
	c.encode = hpack.NewEncoder(&c.block)
	c.decode = hpack.NewDecoder(4096, c.headField)
	c.decode.SetMaxStringLength(maxHeadBytes)
	return c
}

// Meter returns the connection underneath.
func (c *Conn) Meter() *wire.Meter { return c.meter }

// Get opens a stream for a request and reads the head of its answer.
func (c *Conn) Get(r exchange.Request) (*exchange.Answer, error) {
	if c.goAway || c.last+2 > maxStreamID {
		return nil, errGoAway
	}
	if err := c.open(r); err != nil {
		return nil, err
	}
	s := c.stream
	for !s.answered {
		if err := c.readFrame(); err != nil {
			return nil, fmt.Errorf("response head: %w", err)
		}
	}
	return &s.answer, nil
}

// open sends a request on a stream of its own, and before the first one the connection preface
// (section 3.4).
func (c *Conn) open(r exchange.Request) error {
	if c.last == 0 {
		c.writePreface()
		c.last = 1
	} else {
		c.last += 2
	}
	c.stream = &stream{conn: c, id: c.last}
	c.stream.answer.Body = c.stream
	header := c.writeRequest(r)
	return c.flush(header)
}

// flush sends the frames that wait. header is how much of them is header blocks.
func (c *Conn) flush(header int) error {
	n, err := c.meter.Write(c.out.Bytes())
	c.up.Framing += int64(n)
	if err == nil {
		c.up.Framing -= int64(header)
		c.up.Header += int64(header)
	}
	c.out.Reset()
	return err
}

// Book adds to l what has crossed the connection since the last call: the connection itself, header
// blocks, and as framing all that is none: the preface, frame headers, bodies, and frames of other
// types.
func (c *Conn) Book(l *wire.Ledger) {
	now := wire.Ledger{Connections: 1, Up: c.up, Down: wire.Bytes{
		Header: c.heads, Framing: c.consumed() - c.heads,
	}}
	since := now.Sub(c.booked)
	l.Book(&since)
	c.booked = now
	c.meter.BookOverhead(l)
}

// consumed returns how many bytes have been read through the connection so far. Of a DATA frame whose
// content is being read, the rest of the content has not.
func (c *Conn) consumed() int64 {
	n := c.meter.BytesRead() - int64(c.reader.Buffered())
	if c.stream != nil {
		n -= int64(len(c.stream.content))
	}
	return n
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
func (c *Conn) discard() {
	_, _ = c.reader.Discard(c.reader.Buffered()) // it is there
	if c.stream != nil {
		c.stream.content = nil
	}
}
