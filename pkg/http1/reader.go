package http1

import (
	"bytes"
	"errors"
	"io"
)

// A Reader's buffer begins small, because thousands of connections wait at the same time and hold one each. Where
// more arrives at once than fits, it grows to usualBytes, and for a head or a line that needs it to MaxHeadBytes.
const (
	leastBytes = 256
	usualBytes = 4096
)

// errBufferFull says that what was asked for does not fit into MaxHeadBytes.
var errBufferFull = errors.New("http1: buffer full")

// Reader is a buffered reader for a connection that waits most of the time. It is used by one goroutine
// at a time.
type Reader struct {
	source     io.Reader
	buf        []byte
	start, end int   // what is buffered is buf[start:end]
	err        error // came together with the last bytes
}

// NewReader returns a reader that reads from source.
func NewReader(source io.Reader) *Reader {
	r := newReader(source)
	return &r
}

func newReader(source io.Reader) Reader {
	return Reader{source: source, buf: make([]byte, leastBytes)}
}

// Buffered returns how many bytes have been read from the source and not been taken.
func (r *Reader) Buffered() int { return r.end - r.start }

// buffered returns these bytes, valid until the next read.
func (r *Reader) buffered() []byte { return r.buf[r.start:r.end] }

// Discard takes n bytes, which must be buffered.
func (r *Reader) Discard(n int) { r.start += n }

// Peek returns the next n bytes without taking them, valid until the next read. When there are fewer it returns
// those, and why. It keeps a buffer that is large enough.
func (r *Reader) Peek(n int) ([]byte, error) {
	for r.Buffered() < n {
		if err := r.fill(); err != nil {
			return r.buffered(), err
		}
	}
	return r.buf[r.start : r.start+n], nil
}

// Read reads at most once from the source, and past the buffer if p is larger.
func (r *Reader) Read(p []byte) (int, error) {
	if r.Buffered() == 0 {
		if len(p) > len(r.buf) && r.err == nil {
			return r.source.Read(p)
		}
		if err := r.fill(); err != nil || len(p) == 0 {
			return 0, err
		}
	}
	n := copy(p, r.buffered())
	r.start += n
	return n, nil
}

// line takes a line with its LF, valid until the next read. When it has no end, or none within limit bytes,
// all of it that is there is taken.
func (r *Reader) line(limit int) ([]byte, error) {
	for searched := 0; ; {
		b := r.buffered()
		if i := bytes.IndexByte(b[searched:], '\n'); i >= 0 {
			b = b[:searched+i+1]
			r.start += len(b)
			return b, nil
		}
		searched = len(b)
		err := errBufferFull
		if searched < limit {
			err = r.fill()
		}
		if err != nil {
			r.start = r.end
			return b, err
		}
	}
}

// fill reads once, behind what is buffered.
func (r *Reader) fill() error {
	if err := r.err; err != nil {
		r.err = nil
		return err
	}
	if err := r.makeRoom(); err != nil {
		return err
	}
	n, err := r.source.Read(r.buf[r.end:])
	r.end += n
	if n > 0 {
		r.err, err = err, nil
	}
	return err
}

// makeRoom makes sure that there is room behind what is buffered.
func (r *Reader) makeRoom() error {
	full := r.end == len(r.buf)
	if r.start > 0 {
		r.end = copy(r.buf, r.buffered())
		r.start = 0
	}
	switch size := len(r.buf); {
	case r.end == size && size >= MaxHeadBytes:
		return errBufferFull
	case r.end == size, full && size < usualBytes: // it does not fit, or did not the last time
		larger := make([]byte, 2*size)
		r.end = copy(larger, r.buffered())
		r.buf = larger
	}
	return nil
}
