package http2

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// errGoAway says that the server takes no further requests on this connection.
var errGoAway = errors.New("the server takes no more requests on this connection (GOAWAY)")

// errNotHTTP2 says that what came is no server's connection preface (RFC 9113 section 3.4).
var errNotHTTP2 = errors.New("the server does not speak HTTP/2 here")

// readFrame reads one frame and does what it asks for. It returns an error when the connection, or
// the exchange in hand, cannot go on.
func (c *Conn) readFrame() error {
	f, err := c.framer.ReadFrame()
	if errors.Is(err, http2.ErrFrameTooLarge) && !c.settled {
		return errNotHTTP2 // "HTTP/1.1" reads as the header of a very long frame
	}
	if err != nil {
		return cut(err)
	}
	if _, ok := f.(*http2.SettingsFrame); !ok && !c.settled {
		return errNotHTTP2
	}
	switch f := f.(type) {
	case *http2.HeadersFrame:
		return c.readHeaders(f)
	case *http2.DataFrame:
		return c.readData(f)
	case *http2.SettingsFrame:
		return c.settle(f)
	case *http2.PingFrame:
		if f.IsAck() {
			return nil
		}
		_ = c.framer.WritePing(true, f.Data)
		return c.flush(0)
	case *http2.GoAwayFrame:
		c.goAway = true
		if f.LastStreamID < c.last {
			return errGoAway
		}
	case *http2.RSTStreamFrame:
		if f.StreamID == c.last {
			return fmt.Errorf("the server reset the stream: %v", f.ErrCode)
		}
	case *http2.PushPromiseFrame:
		return errors.New("a push that was not allowed") // RFC 9113 section 6.5.2
	}
	return nil // the others are for senders of data, or of no meaning here (section 5.5)
}

// cut turns an end of file into what it is before an answer is complete: an unexpected one.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// settle takes the server's settings and acknowledges them (section 6.5.3).
func (c *Conn) settle(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	c.settled = true
	err := f.ForeachSetting(func(s http2.Setting) error {
		if err := s.Valid(); err != nil {
			return err
		}
		switch s.ID { //nolint:exhaustive // the others are for those who send data or open many streams
		case http2.SettingHeaderTableSize:
			c.encode.SetMaxDynamicTableSizeLimit(s.Val)
		case http2.SettingMaxFrameSize:
			c.maxFrame = s.Val
		}
		return nil
	})
	if err != nil {
		return err
	}
	_ = c.framer.WriteSettingsAck()
	return c.flush(0)
}

// readHeaders reads a header block: this frame's, and those of the CONTINUATION frames behind it.
// Blocks of streams that are over are decoded, too: they change the decoder's table.
func (c *Conn) readHeaders(f *http2.HeadersFrame) error {
	id, ends, done := f.StreamID, f.StreamEnded(), f.HeadersEnded()
	c.stream.beginHead(id)
	size := f.Length
	c.heads += int64(f.Length)
	if _, err := c.decode.Write(f.HeaderBlockFragment()); err != nil {
		return err
	}
	for !done {
		next, err := c.framer.ReadFrame() // it lets nothing else come between (section 6.10)
		if err != nil {
			return cut(err)
		}
		f, ok := next.(*http2.ContinuationFrame)
		if !ok {
			return errors.New("a header block without an end")
		}
		c.heads += int64(f.Length)
		if size += f.Length; size > maxHeadBytes {
			return ErrHeadTooLarge
		}
		if _, err := c.decode.Write(f.HeaderBlockFragment()); err != nil {
			return err
		}
		done = f.HeadersEnded()
	}
	if err := c.decode.Close(); err != nil {
		return err
	}
	if id != c.last {
		return nil
	}
	return c.stream.endHead(ends)
}

// headField takes one field of the block being decoded.
func (c *Conn) headField(f hpack.HeaderField) { c.stream.field(f) }

// readData takes a DATA frame: it is for the exchange in hand, and uses up both windows by its whole
// length (section 6.9.1).
func (c *Conn) readData(f *http2.DataFrame) error {
	c.used += f.Length
	if f.StreamID == c.last {
		if err := c.stream.data(f); err != nil {
			return err
		}
	}
	return c.refill()
}

// refill opens the windows again that are half used up. So a server that keeps to them never waits,
// and of one that does not, no more than a frame is in memory.
func (c *Conn) refill() error {
	if c.used >= connWindow/2 {
		_ = c.framer.WriteWindowUpdate(0, c.used)
		c.used = 0
	}
	if s := c.stream; !s.ended && s.used >= streamWindow/2 {
		_ = c.framer.WriteWindowUpdate(s.id, s.used)
		s.used = 0
	}
	if c.out.Len() == 0 {
		return nil
	}
	return c.flush(0)
}
