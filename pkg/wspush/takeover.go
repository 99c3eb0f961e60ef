package wspush

import (
	"bufio"
	"net"
	"net/http"

	"pollpush/pkg/fanout"
)

// Sizes of the buffers that the library gets. Clients send control frames only, which have 14 and 125 bytes at
// most (RFC 6455 section 5.5), and so does the library, unless it writes the messages as well. net/http's
// two buffers of 4 KB would be half of what an idle connection takes.
const (
	readBuffer    = 64
	controlBuffer = 2 + 125
	messageBuffer = 4096
)

// takeover hands the library a connection with smaller buffers than net/http's.
type takeover struct {
	http.ResponseWriter
	conn *connection // what the library has got
}

// Hijack implements http.Hijacker.
func (t *takeover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	ahead, _ := rw.Reader.Peek(rw.Reader.Buffered()) // it has as much
	texts := agreed(t.Header()) == DeflateTakeover
	t.conn = &connection{Conn: fanout.NewConn(conn), texts: texts, ahead: append([]byte(nil), ahead...)}
	size := controlBuffer
	if texts {
		size = messageBuffer
		t.conn.message = make(chan struct{}, 1)
	}
	return t.conn, bufio.NewReadWriter(bufio.NewReaderSize(t.conn, readBuffer), bufio.NewWriterSize(t.conn, size)), nil
}

// connection is the connection under the library's, which the pool writes frames to as well.
type connection struct {
	*fanout.Conn
	texts bool   // the library writes the messages, and nobody else anything
	ahead []byte // what came in with the opening handshake
	// message is held while the library writes a message, which may take it several writes; nil without texts.
	message chan struct{}
}

// Read reads what came in.
func (c *connection) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, nil
}

// The byte that a close frame begins with (RFC 6455 sections 5.2 and 5.5.1).
const closeFrame = 0x88

// Write writes what the library does. Where the pool writes the messages these are control frames, each as
// a whole, and behind a close frame comes nothing. Where the library does, it keeps order by itself, and a
// large frame comes in pieces, which may begin with any byte.
func (c *connection) Write(p []byte) (int, error) {
	switch {
	case c.texts:
		return c.Conn.Write(p)
	case len(p) > 0 && p[0] == closeFrame:
		return len(p), c.End(p)
	}
	return c.Conn.Write(p)
}
