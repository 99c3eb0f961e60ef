package http2

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/pkg/exchange"
)

// stream is one exchange: it collects the head of the answer, and is the reader of its body.
type stream struct {
	conn     *Conn
	id       uint32
	used     uint32 // of its window, since it was opened last
	answer   exchange.Answer
	answered bool // the head is complete
	ended    bool // nothing more will come
	foreign  bool // the block being decoded belongs to another stream
	status   int  // of the block being decoded
	err      error

	content []byte // of the last DATA frame, not read yet; valid until the next frame is read
}

// beginHead begins a header block of a stream.
func (s *stream) beginHead(id uint32) {
	s.foreign, s.status = id != s.id, 0
}

// field takes one field of a header block. Those behind the body, in a trailer, say nothing here.
func (s *stream) field(f hpack.HeaderField) {
	if s.foreign || s.answered {
		return
	}
	switch f.Name {
	case ":status":
		s.status, s.err = strconv.Atoi(f.Value)
	case "content-type":
		s.answer.ContentType = f.Value
	}
}

// endHead ends a header block of this stream: an interim response (RFC 9110 section 15.2), the head,
// or a trailer.
func (s *stream) endHead(ends bool) error {
	s.ended = ends
	if s.answered {
		return nil
	}
	if s.err != nil || s.status < 100 || s.status > 999 {
		return errors.New("a head without a status") // RFC 9113 section 8.3.2
	}
	if s.status < 200 && !ends {
		return nil
	}
	s.answer.Status, s.answered = s.status, true
	s.answer.Close = s.conn.goAway
	return nil
}

// data takes a DATA frame of this stream.
func (s *stream) data(f *http2.DataFrame) error {
	switch {
	case !s.answered:
		return errors.New("content before its head")
	case s.ended:
		return errors.New("content after its end")
	}
	s.used += f.Length
	s.content, s.ended = f.Data(), f.StreamEnded()
	return nil
}

// Wait implements exchange.Body.
func (s *stream) Wait() {
	if len(s.content) == 0 && !s.ended {
		_, _ = s.conn.reader.Peek(1) // what went wrong goes wrong again
	}
}

// Read reads content. It returns io.EOF once the stream has ended, and io.ErrUnexpectedEOF when the
// connection ended before that.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.content) == 0 && !s.ended {
		if err := s.conn.readFrame(); err != nil {
			return 0, fmt.Errorf("stream %d: %w", s.id, err)
		}
	}
	if len(s.content) == 0 {
		s.answer.Close = s.conn.goAway
		return 0, io.EOF
	}
	n := copy(p, s.content)
	s.content = s.content[n:]
	return n, nil
}
