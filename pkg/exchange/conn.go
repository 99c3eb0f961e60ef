package exchange

import (
	"fmt"
	"io"
	"slices"

	"pollpush/pkg/wire"
)

// Request is a GET request.
type Request struct {
	// Target is path and query. It is the caller's, and changes from one poll to the next.
	Target []byte
	// Host is the value of Host, or of :authority.
	Host string
	// Fields are all others, in the order in which they are sent.
	Fields []Field
}

// Answer is the head of a response, and the way to its body. It is valid until the next request.
type Answer struct {
	Status      int
	ContentType string
	// Close says that the server closes the connection after it. It is final once the body has been
	// read to its end.
	Close bool
	// Body is the content, without what carries it. It is to be read to its end before the next
	// request.
	Body Body
}

// Body is the content of an answer.
type Body interface {
	io.Reader
	// Wait waits until there is something to read, so that a buffer can be borrowed to read it into. What
	// goes wrong meanwhile is for Read to say.
	Wait()
}

// Conn is one connection of a client, over which it makes one exchange after the other. It is used
// by one goroutine at a time; its meter may be closed by another.
type Conn interface {
	// Get sends a request and reads the head of its answer.
	Get(r Request) (*Answer, error)
	// Book adds to a ledger what has crossed the connection since the last call, by layer, TLS included.
	// Of what came in it is that which has been read through Get and Body, not what is only buffered.
	// Bodies are framing: it is for the caller to say how much of them was messages.
	Book(l *wire.Ledger)
	// Meter returns the connection underneath.
	Meter() *wire.Meter
	// Drain and Follow end the connection as the meter's do; all that came in has been read then.
	Drain()
	Follow()
}

// leastRead is the least room for a read of a body whose length nobody has said.
const leastRead = 512

// ReadAll appends a whole body to buf[:0] and returns it, or an error when it is longer than limit.
func ReadAll(body io.Reader, buf []byte, limit int) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, leastRead)
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, fmt.Errorf("response body: %w", err)
		case len(buf) > limit:
			return buf, fmt.Errorf("response body: more than %d bytes", limit)
		}
	}
}
