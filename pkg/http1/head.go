package http1

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// MaxHeadBytes bounds the head of a response, interim ones included.
const MaxHeadBytes = 64 << 10

// ErrHeadTooLarge is what a response head beyond MaxHeadBytes is refused with.
var ErrHeadTooLarge = errors.New("http1: response head too large")

var errNotHTTP = errors.New("http1: not an answer in HTTP")

// Head is the head of a response. Its fields can be asked for until something else is read from the
// connection.
type Head struct {
	// Status is the status code.
	Status int
	// Length is that of the body in bytes, -1 when the head does not say it.
	Length int64
	// Chunked reports whether the body comes in chunks (RFC 9112 section 7.1).
	Chunked bool
	// Close reports whether the server closes the connection behind the body.
	Close bool
	// Bytes is the head's own length, from the status line to the blank line inclusive, and that of interim ones
	// before it.
	Bytes int64

	contentType []byte
	lines       []byte      // the field lines of a plain head
	header      http.Header // the fields of another
}

// ReadHead reads the head of the next response, interim ones (RFC 9110 section 15.2) included. Bytes is
// right also when there is an error.
func (c *Conn) ReadHead() (Head, error) {
	before := c.Consumed()
	for {
		raw, err := c.reader.head(MaxHeadBytes - int(c.Consumed()-before))
		var head Head
		if err == nil {
			head, err = parseHead(raw)
		}
		head.Bytes = c.Consumed() - before
		if err != nil {
			return head, fmt.Errorf("response head: %w", err)
		}
		if head.Status >= http.StatusOK || head.Status == http.StatusSwitchingProtocols {
			return head, nil
		}
	}
}

// head takes the bytes up to the first blank line, valid until the next read. When there is none within
// limit bytes, or what begins is no head, all that is there is taken.
func (r *Reader) head(limit int) ([]byte, error) {
	for searched := 0; ; {
		b := r.buffered()
		if n := headLength(b, searched); n > 0 {
			r.start += n
			return b[:n], nil
		}
		var err error
		switch {
		case !beginsHead(b):
			err = errNotHTTP
		case len(b) >= limit:
			err = ErrHeadTooLarge
		default:
			err = cut(r.fill())
		}
		if err != nil {
			r.start = r.end
			return nil, err
		}
		searched = max(0, len(b)-len("\n\r"))
	}
}

// beginsHead reports whether b may be the beginning of a head, so that nobody waits for the end of
// something else.
func beginsHead(b []byte) bool {
	const protocol = "HTTP/"
	n := min(len(b), len(protocol))
	return string(b[:n]) == protocol[:n]
}

// headLength returns how long the head is that b begins with, 0 while its end is not there. That is not before
// from.
func headLength(b []byte, from int) int {
	for {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0
		}
		from += i + 1
		switch rest := b[from:]; {
		case bytes.HasPrefix(rest, []byte("\n")):
			return from + len("\n")
		case bytes.HasPrefix(rest, []byte("\r\n")):
			return from + len("\r\n")
		}
	}
}

// get is the request of every head read here; it tells net/http that a body may follow.
var get = &http.Request{Method: http.MethodGet}

// parseHead parses a head, up to its blank line. A plain one takes no memory; what is unusual about others
// is net/http's to judge.
func parseHead(raw []byte) (Head, error) {
	if head, ok := parsePlain(raw); ok {
		return head, nil
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), get)
	if err != nil {
		return Head{}, err
	}
	n := len(response.TransferEncoding)
	return Head{
		Status:  response.StatusCode,
		Length:  response.ContentLength,
		Chunked: n > 0 && response.TransferEncoding[n-1] == "chunked",
		Close:   response.Close,

		contentType: []byte(response.Header.Get("Content-Type")),
		header:      response.Header,
	}, nil
}

// Get returns the first value of a field, "" when there is none.
func (h Head) Get(name string) string {
	if values := h.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Values returns all values of a field.
func (h Head) Values(name string) []string {
	if h.header != nil {
		return h.header.Values(name)
	}
	var values []string
	for rest := h.lines; ; {
		line, more, ok := cutLine(rest)
		if !ok || len(line) == 0 {
			return values
		}
		rest = more
		if n, value, _ := cutField(line); equalFold(n, name) {
			values = append(values, string(value))
		}
	}
}

// cut turns an end of file inside of something into what it is: an unexpected one.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
