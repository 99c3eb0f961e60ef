package wspush

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"pollpush/pkg/feed"
)

// frames encodes messages as the library does, once for all clients. The library takes no frames that were
// prepared; so it is given a connection to nobody, and what it writes there goes to everybody. That works
// where a frame does not depend on those before it: not with context takeover.
type frames struct {
	mu   sync.Mutex
	conn *websocket.Conn
	out  *nobody
}

func newFrames(mode websocket.CompressionMode) (*frames, error) {
	out := &nobody{header: make(http.Header)}
	r := &http.Request{Method: http.MethodGet, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{
		"Connection":               {"Upgrade"},
		"Upgrade":                  {"websocket"},
		"Sec-Websocket-Version":    {"13"},
		"Sec-Websocket-Key":        {"dGhlIHNhbXBsZSBub25jZQ=="}, // RFC 6455 section 1.3
		"Sec-Websocket-Extensions": {DeflateNoTakeover.offer()},
	}}
	conn, err := accept(out, r, mode, nil)
	return &frames{conn: conn, out: out}, err
}

// Message implements fanout.Encoding.
func (f *frames) Message(m feed.Message) ([]byte, error) { return f.encode(m.Raw) }

// Gap implements fanout.Encoding.
func (f *frames) Gap(g feed.Gap) ([]byte, error) { return f.encode(feed.AppendGap(nil, g)) }

func (f *frames) encode(text []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.written.Reset()
	if err := f.conn.Write(context.Background(), websocket.MessageText, text); err != nil {
		return nil, err
	}
	return bytes.Clone(f.out.written.Bytes()), nil
}

// texts leaves messages as they are. It is for connections on which the library writes each frame.
type texts struct{}

// Message implements fanout.Encoding.
func (texts) Message(m feed.Message) ([]byte, error) { return m.Raw, nil }

// Gap implements fanout.Encoding.
func (texts) Gap(g feed.Gap) ([]byte, error) { return feed.AppendGap(nil, g), nil }

// nobody is a client that is not there: an answer to its opening handshake, and the connection that is
// hijacked from that. It keeps what is written.
type nobody struct {
	net.Conn // nil: nothing is read, and there is no deadline
	header   http.Header
	written  bytes.Buffer
}

// Header implements http.ResponseWriter.
func (n *nobody) Header() http.Header { return n.header }

// WriteHeader implements http.ResponseWriter.
func (n *nobody) WriteHeader(int) {}

// Hijack implements http.Hijacker.
func (n *nobody) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return n, bufio.NewReadWriter(bufio.NewReader(n), bufio.NewWriter(n)), nil
}

// Write implements both.
func (n *nobody) Write(p []byte) (int, error) { return n.written.Write(p) }

// Close implements net.Conn.
func (n *nobody) Close() error { return nil }
