package http1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLineBytes bounds a chunk-size line and a trailer line.
const maxLineBytes = 4096

// maxTrailers bounds the number of trailer lines.
const maxTrailers = 64

// ErrMalformedChunk says that a chunked body does not follow RFC 9112 section 7.1.
var ErrMalformedChunk = errors.New("http1: malformed chunk")

// Body reads a response's body with its transfer coding taken off. Consumed of the connection
// grows by the body's bytes and by its coding's, never by a byte of what comes afterwards: a
// chunk's closing line end is consumed together with the chunk's last data.
type Body struct {
	conn *Conn
	kind bodyKind
	left int64 // of the whole body, or of the current chunk
	err  error // what ended it
}

type bodyKind int

const (
	bodySized bodyKind = iota
	bodyChunked
	bodyToEnd // until the connection ends
)

// Body returns the reader of the body that follows head. It is to be used until the next head is read.
func (c *Conn) Body(head Head) *Body {
	b := &c.body
	*b = Body{conn: c}
	switch {
	case !hasBody(head.Status):
		b.err = io.EOF
	case head.Chunked:
		b.kind = bodyChunked
	case head.Length >= 0:
		b.left = head.Length
	default:
		b.kind = bodyToEnd
	}
	if b.kind == bodySized && b.left == 0 {
		b.err = io.EOF
	}
	return b
}

// Read reads decoded body bytes. It returns io.EOF once the whole body, trailer included, has
// been consumed, and io.ErrUnexpectedEOF when the connection ended before that.
func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.read(p)
	if err != nil {
		b.err = err
	}
	return n, err
}

// Wait implements exchange.Body.
func (b *Body) Wait() {
	if b.err == nil && b.conn.reader.Buffered() == 0 {
		_ = b.conn.reader.fill() // what went wrong goes wrong again
	}
}

func (b *Body) read(p []byte) (int, error) {
	if b.kind == bodyToEnd {
		return b.conn.reader.Read(p)
	}
	if b.kind == bodyChunked && b.left == 0 {
		if err := b.nextChunk(); err != nil {
			return 0, err
		}
	}
	n, err := b.conn.reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil {
		return n, cut(err)
	}
	if b.left > 0 {
		return n, nil
	}
	if b.kind == bodySized {
		b.err = io.EOF
		return n, nil
	}
	return n, b.chunkEnd()
}

// nextChunk reads a chunk-size line. After the last chunk it reads the trailer and returns io.EOF.
func (b *Body) nextChunk() error {
	line, err := b.line()
	if err != nil {
		return err
	}
	size, err := chunkSize(line)
	if err != nil {
		return err
	}
	if size > 0 {
		b.left = size
		return nil
	}
	for range maxTrailers + 1 { // and the blank line
		line, err := b.line()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return io.EOF
		}
	}
	return fmt.Errorf("%w: more than %d trailer fields", ErrMalformedChunk, maxTrailers)
}

func (b *Body) chunkEnd() error {
	line, err := b.line()
	if err != nil {
		return err
	}
	if len(line) != 0 {
		return fmt.Errorf("%w: %q where the chunk should end", ErrMalformedChunk, line)
	}
	return nil
}

// line reads up to a CRLF and returns what stands before it, valid until the next read.
func (b *Body) line() ([]byte, error) {
	line, err := b.conn.reader.line(maxLineBytes)
	if errors.Is(err, errBufferFull) {
		return nil, fmt.Errorf("%w: line of more than %d bytes", ErrMalformedChunk, maxLineBytes)
	}
	if err != nil {
		return nil, cut(err)
	}
	end := len(line) - len("\r\n")
	if end < 0 || bytes.IndexByte(line, '\r') != end { // a CR alone is not allowed either (section 2.2)
		return nil, fmt.Errorf("%w: line without CRLF", ErrMalformedChunk)
	}
	return line[:end], nil
}

// chunkSize reads the hexadecimal size at the start of a chunk-size line; extensions are ignored.
func chunkSize(line []byte) (int64, error) {
	if i := bytes.IndexByte(line, ';'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " \t")
	const digits = 12 // enough for any body, and no overflow
	if len(line) == 0 || len(line) > digits {
		return 0, fmt.Errorf("%w: size %q", ErrMalformedChunk, line)
	}
	var size int64
	for _, c := range line {
		d, ok := hexDigit(c)
		if !ok {
			return 0, fmt.Errorf("%w: size %q", ErrMalformedChunk, line)
		}
		size = size<<4 | d
	}
	return size, nil
}

func hexDigit(c byte) (int64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return int64(c - '0'), true
	case 'a' <= c && c <= 'f':
		return int64(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return int64(c-'A') + 10, true
	}
	return 0, false
}
