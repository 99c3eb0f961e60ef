package wspush

import (
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf8"

	"pollpush/pkg/wire"
)

// Close codes (RFC 6455 section 7.4.1) that a client here sends.
const (
	closeNormal   = 1000
	closeProtocol = 1002
	closeNoStatus = 1005 // never sent: stands for a close frame without a code
)

// CloseError says that the server closed a connection that its client still wanted.
type CloseError struct {
	// Code is the server's close code, 1005 when it gave none.
	Code int
	// Reason is what the server gave as one, shortened to what is printable.
	Reason string
}

// Error returns code and reason.
func (e *CloseError) Error() string {
	return fmt.Sprintf("the server closed the connection: %d %s", e.Code, e.Reason)
}

// answerClose does the client's part of a closing handshake that the server began, and returns what it said.
func (r *reader) answerClose() error {
	r.closed = true
	closed := &CloseError{Code: closeNoStatus}
	var code []byte // to be sent back (section 5.5.1)
	if len(r.buf) >= 2 {
		code = r.buf[:2]
		closed.Code = int(binary.BigEndian.Uint16(code))
		closed.Reason = printable(r.buf[2:])
	}
	_ = r.send(opClose, code) // it is the last frame either way
	return closed
}

// printable drops what does not belong into an error text.
func printable(b []byte) string {
	text := make([]rune, 0, len(b))
	for _, c := range string(b) {
		if c >= ' ' && c != utf8.RuneError && c != 0x7f {
			text = append(text, c)
		}
	}
	return string(text)
}

// sendClose begins the closing handshake: the server answers with its own close frame and ends the
// connection, for which it has wire.CloseTimeout.
func (r *reader) sendClose(code uint16) {
	if err := r.send(opClose, binary.BigEndian.AppendUint16(nil, code)); err != nil {
		_ = r.conn.Meter().Close()
		return
	}
	_ = r.conn.Meter().SetReadDeadline(time.Now().Add(wire.CloseTimeout))
}

// end closes the connection in order, and books what was sent last. After a closing handshake the
// server ends first (section 7.1.1).
func (r *reader) end() {
	before := r.conn.Consumed()
	cost := r.begin()
	if r.closed {
		r.conn.Meter().Follow()
	} else {
		r.conn.Meter().Finish()
		r.conn.Meter().Drain()
	}
	cost.Down.Framing += r.conn.Meter().BytesRead() - before // what came after the last frame that was understood
	r.report()
}
