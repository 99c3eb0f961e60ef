package ssepush

import (
	"strconv"

	"pollpush/pkg/feed"
)

// lastChunk ends an answer (RFC 9112 section 7.1).
const lastChunk = "0\r\n\r\n"

// keepAliveChunk is a comment as a chunk.
const keepAliveChunk = "3\r\n" + keepAliveComment + "\r\n"

// appendChunk appends content, which is not empty, as a chunk of its own.
func appendChunk(b, content []byte) []byte {
	b = strconv.AppendInt(b, int64(len(content)), 16)
	b = append(b, "\r\n"...)
	b = append(b, content...)
	return append(b, "\r\n"...)
}

// chunks encodes each message as an event in a chunk of its own.
type chunks struct{}

// Message implements fanout.Encoding.
func (chunks) Message(m feed.Message) ([]byte, error) {
	return appendChunk(nil, appendEvent(nil, m.Seq, "", m.Raw)), nil
}

// Gap implements fanout.Encoding.
func (chunks) Gap(g feed.Gap) ([]byte, error) {
	return appendChunk(nil, appendEvent(nil, g.Next-1, gapEvent, feed.AppendGap(nil, g))), nil
}
