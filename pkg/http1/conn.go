package http1

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"

	"pollpush/pkg/wire"
)

// MaxHeadBytes bounds the head of a response, roughly: what is read ahead counts as well.
const MaxHeadBytes = 64 << 10

// ErrHeadTooLarge is what a response head beyond MaxHeadBytes is refused with.
var ErrHeadTooLarge = errors.New("http1: response head too large")

// Conn is one connection of a client. It is used by one goroutine at a time.
type Conn struct {
	meter  *wire.Meter
	reader *bufio.Reader
	source source

	request []byte      // the last one
	sent    int64       // bytes of all requests
	heads   int64       // bytes of all heads of answers
	taken   wire.Ledger // what Take has returned so far
}

// source is what the buffered reader reads from: the meter, with a bound on the head.
type source struct {
	meter  *wire.Meter
	inHead bool
	left   int
}

// Read reads from the meter, and refuses to when a head has used up its allowance.
func (s *source) Read(p []byte) (int, error) {
	if !s.inHead {
		return s.meter.Read(p)
	}
	if s.left <= 0 {
		return 0, ErrHeadTooLarge
	}
	n, err := s.meter.Read(p)
	s.left -= n
	return n, err
}

// NewConn starts HTTP/1.1 on a fresh connection. The caller closes the meter.
func NewConn(m *wire.Meter) *Conn {
	c := &Conn{meter: m, source: source{meter: m}}
	c.reader = bufio.NewReaderSize(&c.source, maxLineBytes)
	return c
}

// Meter returns the connection underneath.
func (c *Conn) Meter() *wire.Meter { return c.meter }

// Reader returns the buffered reader of the connection, for the protocol that follows a 101. What
// is read from it counts as consumed.
func (c *Conn) Reader() *bufio.Reader { return c.reader }

// Consumed returns how many bytes of the connection have been taken out of the reader so far. The
// difference of two readings is what the part between them was long, whatever the reader has read
// ahead.
func (c *Conn) Consumed() int64 { return c.meter.BytesRead() - int64(c.reader.Buffered()) }

// Head is the head of a response.
type Head struct {
	*http.Response
	// Bytes is its length, from the status line to the blank line inclusive.
	Bytes int64
}

// get is the request of every head read here; it tells net/http that a body may follow.
var get = &http.Request{Method: http.MethodGet}

// ReadHead reads the head of the next response, interim ones (RFC 9110 section 15.2) included. The
// body, if there is one, is read by Body; the Response's own Body is not to be touched. Bytes is
// right also when there is an error.
func (c *Conn) ReadHead() (Head, error) {
	before := c.Consumed()
	c.source.inHead, c.source.left = true, MaxHeadBytes
	defer func() { c.source.inHead = false }()
	for {
		response, err := http.ReadResponse(c.reader, get)
		head := Head{Response: response, Bytes: c.Consumed() - before}
		if err != nil {
			return head, fmt.Errorf("response head: %w", err)
		}
		if interim := response.StatusCode < 200; !interim || response.StatusCode == http.StatusSwitchingProtocols {
			return head, nil
		}
	}
}

// Chunked reports whether the body comes in chunks (RFC 9112 section 7.1).
func (h Head) Chunked() bool {
	n := len(h.TransferEncoding)
	return n > 0 && h.TransferEncoding[n-1] == "chunked"
}
