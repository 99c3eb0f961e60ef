package trace

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// token is a stretch of a body after its transfer coding is off.
type token struct {
	kind    tokenKind
	length  int
	message bool // a message of the application: payload
	title   string
	remark  []string
}

type tokenKind string

// layer returns what a token's bytes are booked as.
func (t token) layer() Layer {
	if t.message {
		return Payload
	}
	return Framing
}

// tokenizer cuts a whole decoded body.
type tokenizer func(body []byte) []token

// body takes an answer's body apart (RFC 9112 section 6.3).
func (p *parser) body(r *reading, h head, tokens tokenizer) {
	status := h.status()
	length, err := strconv.Atoi(h.fields["content-length"])
	switch {
	case status < http.StatusOK, status == http.StatusNoContent, status == http.StatusNotModified:
	case strings.EqualFold(h.fields["transfer-encoding"], "chunked"):
		p.chunked(r, tokens)
	case err == nil && length >= 0:
		content := r.rest()[:min(length, len(r.rest()))]
		(&tokenReader{tokens: tokens(content)}).cut(r, len(content))
	default: // to the end of the connection
		(&tokenReader{tokens: tokens(r.rest())}).cut(r, len(r.rest()))
	}
}

// tokenReader cuts tokens out of stretches that need not end where tokens do.
type tokenReader struct {
	tokens []token
	taken  int // of the first token
}

// cut cuts the next n bytes, and returns what they are.
func (t *tokenReader) cut(r *reading, n int) (titles []string) {
	for n > 0 && len(t.tokens) > 0 {
		next := &t.tokens[0]
		length := min(next.length-t.taken, n)
		remark := next.remark
		if t.taken > 0 {
			remark = []string{"The rest of what the chunk before began."}
		}
		if next.title != "" && t.taken == 0 {
			titles = append(titles, next.title)
		}
		r.text(length, next.layer(), remark...)
		n -= length
		if t.taken += length; t.taken == next.length {
			t.tokens, t.taken = t.tokens[1:], 0
		}
	}
	r.text(n, Framing) // nothing, unless the tokens fall short
	return titles
}

// chunk is one chunk (RFC 9112 section 7.1).
type chunk struct {
	line int // bytes of its size line
	size int // of its data, as the line says
	data int // of it that is there
	end  int // bytes of what closes it: CRLF, or the trailer after the last chunk
}

// parseChunk reads the chunk that b begins with; ok is false when there is none.
func parseChunk(b []byte) (c chunk, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return c, false
	}
	digits, _, _ := strings.Cut(strings.TrimRight(string(b[:i]), "\r"), ";")
	size, err := strconv.ParseUint(digits, 16, 31)
	if err != nil {
		return c, false
	}
	c = chunk{line: i + 1, size: int(size)}
	rest := b[c.line:]
	c.data = min(c.size, len(rest))
	rest = rest[c.data:]
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return c, true
		}
		c.end += i + 1
		if c.size > 0 || len(bytes.TrimRight(rest[:i], "\r")) == 0 {
			return c, true
		}
		rest = rest[i+1:] // a trailer field
	}
}

// chunked cuts a chunked body: a step for each chunk.
func (p *parser) chunked(r *reading, tokens tokenizer) {
	content := tokenReader{tokens: tokens(unchunked(r.rest()))}
	for {
		c, ok := parseChunk(r.rest())
		if !ok {
			return
		}
		p.chunks++
		if c.size == 0 {
			r.text(c.line, Framing, "A chunk of size 0 is the last one: the body ends, and with it the stream.")
			r.text(c.end, Framing, "The end of the (empty) trailer.")
			r.end(p.later(r.order()), "the last chunk", false)
			return
		}
		digits := strings.TrimRight(string(r.rest()[:c.line]), "\r\n")
		r.text(c.line, Framing, append([]string{fmt.Sprintf("Chunk size: hexadecimal %s = decimal %s.", digits, thousands(c.size))},
			p.once("chunk", "It counts the bytes from here to the CRLF that closes the chunk, without that.")...)...)
		titles := content.cut(r, c.data)
		r.text(c.end, Framing, p.once("chunk end", "The end of the chunk.")...)
		title := "more of it"
		if len(titles) > 0 {
			title = strings.Join(titles, ", ")
		}
		r.end(p.later(r.order()), fmt.Sprintf("chunk %d: %s", p.chunks, title), false)
	}
}

// unchunked returns a body with its chunks put together.
func unchunked(b []byte) []byte {
	var body []byte
	for {
		c, ok := parseChunk(b)
		if !ok || c.size == 0 {
			return body
		}
		body = append(body, b[c.line:c.line+c.data]...)
		b = b[c.line+c.data+c.end:]
	}
}
