package http2_test

import (
	"bytes"
	"io"
	"net"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/internal/memnet"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	pollpush "pollpush/pkg/http2"
	"pollpush/pkg/wire"
)

var clk = clock.New()

// connect returns a client's connection and the server's end of it.
func connect(t testing.TB, wrap func(net.Conn) net.Conn) (*pollpush.Conn, net.Conn) {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	client, err := n.DialContext(t.Context(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _, _ = client.Close(), server.Close(), l.Close() })
	return pollpush.NewConn(wire.NewMeter(wrap(client), clk, new(wire.Totals)), false), server
}

// dribble is a connection that brings one byte a Read.
type dribble struct{ net.Conn }

func (d dribble) Read(p []byte) (int, error) { return d.Conn.Read(p[:min(len(p), 1)]) }

// arrivals are the ways in which a stream can arrive. What is read from it, and what each part of
// it took, must not depend on them.
var arrivals = map[string]func(net.Conn) net.Conn{
	"at once":  func(c net.Conn) net.Conn { return c },
	"bytewise": func(c net.Conn) net.Conn { return dribble{c} },
}

// script is what a server sends, frame by frame, and how much of it is header blocks. The frames are
// x/net's; that they are the right ones is for the real server's tests to say.
type script struct {
	bytes.Buffer
	*http2.Framer
	encoder *hpack.Encoder
	block   bytes.Buffer
	headers int
}

func newScript() *script {
	s := &script{}
	s.Framer = http2.NewFramer(&s.Buffer, nil)
	s.AllowIllegalWrites = true
	s.encoder = hpack.NewEncoder(&s.block)
	return s
}

// fields encodes a header block.
func (s *script) fields(pairs ...string) []byte {
	s.block.Reset()
	for i := 0; i < len(pairs); i += 2 {
		_ = s.encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	s.headers += s.block.Len()
	return bytes.Clone(s.block.Bytes())
}

// head writes the head of an answer in one frame.
func (s *script) head(stream uint32, ends bool, pairs ...string) {
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: s.fields(pairs...), EndStream: ends, EndHeaders: true})
}

// settings writes a server's connection preface.
func (s *script) settings() { _ = s.WriteSettings() }

// send sends all that was written, and then the end of file.
func (s *script) send(t testing.TB, server net.Conn) {
	t.Helper()
	if _, err := server.Write(s.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := server.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// sent returns the frames that a client has sent, and how many bytes of them are header blocks.
func sent(t testing.TB, server net.Conn, c *pollpush.Conn) (frames []http2.FrameHeader, headers, total int64) {
	t.Helper()
	_ = c.Meter().Close()
	stream, err := io.ReadAll(server)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(stream, []byte(http2.ClientPreface))
	if !ok {
		t.Fatalf("the client begins with %q", stream[:min(len(stream), 24)])
	}
	framer := http2.NewFramer(io.Discard, bytes.NewReader(rest))
	for {
		f, err := framer.ReadFrame()
		if err != nil {
			return frames, headers, int64(len(stream))
		}
		frames = append(frames, f.Header())
		if h := f.Header(); h.Type == http2.FrameHeaders || h.Type == http2.FrameContinuation {
			headers += int64(h.Length)
		}
	}
}

var request = exchange.Request{Target: []byte("/poll?topic=0&after=17"), Host: "127.0.0.1:8080", Fields: []exchange.Field{
	{Name: "User-Agent", Value: "Go-http-client/2.0"}, {Name: "Accept-Encoding", Value: "gzip"},
}}

// take returns what has crossed a connection since the last call.
func take(c *pollpush.Conn) (l wire.Ledger) {
	c.Book(&l)
	return l
}
