package http2

import (
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/pkg/exchange"
)

// writePreface writes the connection preface, and lifts the connection's window as the settings do
// those of streams.
func (c *Conn) writePreface() {
	c.out.WriteString(http2.ClientPreface)
	// What is written to memory does not fail; the sizes are right.
	_ = c.framer.WriteSettings(
		http2.Setting{ID: http2.SettingEnablePush, Val: 0},
		http2.Setting{ID: http2.SettingInitialWindowSize, Val: streamWindow},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: maxHeadBytes},
	)
	_ = c.framer.WriteWindowUpdate(0, connWindow)
}

// writeRequest writes a request's header block, in as many frames as it takes, and returns how long
// it is. Every field is indexed, as Go's own client does it.
func (c *Conn) writeRequest(r exchange.Request) int {
	c.block.Reset()
	write := func(name, value string) { _ = c.encode.WriteField(hpack.HeaderField{Name: name, Value: value}) }
	write(":authority", r.Host)
	write(":method", "GET")
	write(":path", string(r.Target))
	write(":scheme", c.scheme)
	for _, f := range r.Fields {
		write(strings.ToLower(f.Name), f.Value)
	}
	block := c.block.Bytes()
	first := block[:min(len(block), int(c.maxFrame))]
	rest := block[len(first):]
	_ = c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: c.last, BlockFragment: first, EndStream: true, EndHeaders: len(rest) == 0,
	})
	for len(rest) > 0 {
		next := rest[:min(len(rest), int(c.maxFrame))]
		rest = rest[len(next):]
		_ = c.framer.WriteContinuation(c.last, len(rest) == 0, next)
	}
	return len(block)
}
