package wspush

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// Close codes (RFC 6455 section 7.4.1) that a client here sends.
const (
	closeNormal   = 1000
	closeProtocol = 1002
	closeNoStatus = 1005 // never sent: stands for a close frame without a code
)

// Client follows one topic over WebSocket, on a connection of its own.
type Client struct {
	Dialer       *transport.Dialer
	Endpoint     transport.Endpoint
	Subscription transport.Subscription
	// Fields are the header fields of the opening handshake, besides those that make it one.
	Fields []exchange.Field
	// Deflate is what the client offers and insists on: a server that declines is not followed.
	Deflate Deflate
}

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

// Subscribe follows the topic until ctx is done, and then returns nil, or until the connection
// breaks. The 101 is the server's acceptance. When ctx ends, the connection is closed with a closing
// handshake (section 7). It starts no goroutine that outlives the call.
func (c *Client) Subscribe(ctx context.Context, sink transport.Sink) error {
	meter, err := c.Dialer.Connect(ctx, c.Endpoint.Address)
	if err != nil {
		return transport.UnlessDone(ctx, err)
	}
	r := &reader{conn: http1.NewConn(meter), sink: sink}
	defer r.end()
	if err := c.open(ctx, r); err != nil {
		return transport.UnlessDone(ctx, fmt.Errorf("opening handshake: %w", err))
	}
	release := context.AfterFunc(ctx, func() { r.sendClose(closeNormal) })
	defer release()
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	return transport.UnlessDone(ctx, r.follow())
}

// open makes the opening handshake. A context that ends meanwhile ends the connection in order.
func (c *Client) open(ctx context.Context, r *reader) error {
	release := context.AfterFunc(ctx, r.conn.Meter().Finish)
	target := c.Subscription.AppendQuery([]byte(c.Endpoint.Prefix + Path + "?"))
	key := newKey()
	err := r.open(upgrade(target, c.Endpoint.Host, key, c.Fields, c.Deflate), key, c.Deflate)
	if !release() && err == nil {
		return ctx.Err() // the FIN is out: no close frame can follow it
	}
	return err
}

// reader reads one connection's frames and books what they take.
type reader struct {
	conn *http1.Conn
	sink transport.Sink
	unit *transport.Unit // what is being booked, nil while there is nothing

	inflater *inflater // nil unless compression was agreed on

	buf        []byte           // the payload being read
	borrowed   *exchange.Buffer // what it stands in, when it is not the connection's own buffer
	message    []byte           // what came before it, when a message is fragmented
	fragmented bool
	compressed bool // the message being read, by its first frame
	closed     bool // the server's close frame is here

	sending sync.Mutex // guards what follows, and the order of frames
	closing bool       // a close frame was sent: nothing may follow it
	sent    int64      // bytes of control frames sent and not yet booked
}

// open sends the upgrade, which was made with key and offers what it does, and checks the answer.
func (r *reader) open(upgrade exchange.Request, key string, offered Deflate) error {
	cost := r.begin()
	cost.Connections = 1
	sent, err := r.conn.Ask(upgrade)
	if err != nil {
		r.report()
		return err
	}
	cost.Up.Handshake = sent
	head, err := r.conn.ReadHead()
	cost.Down.Handshake = head.Bytes
	var agreed Deflate
	if err == nil {
		agreed, err = checkUpgrade(head, key, offered)
	}
	if err != nil {
		err = r.refused(head, err)
	} else {
		cost.Upgrades = 1
		r.inflater = newInflater(agreed)
	}
	r.report()
	return err
}

// refused books the body of an answer that is no 101, and adds what it says to the error.
func (r *reader) refused(head http1.Head, err error) error {
	var status *exchange.StatusError
	if !errors.As(err, &status) {
		return err
	}
	before := r.conn.Consumed()
	const reasonBytes = 64 << 10
	body, _ := exchange.ReadAll(r.conn.Body(head), nil, reasonBytes) // the status is the error; the body explains it if it can
	r.unit.Cost.Down.Framing = r.conn.Consumed() - before
	return exchange.NewStatusError(head.Status, body)
}

// follow reads frames until the connection ends, and returns why it did.
func (r *reader) follow() error {
	for {
		err := r.frame()
		if err == nil {
			continue
		}
		var closed *CloseError
		if !errors.As(err, &closed) && !errors.Is(err, io.EOF) {
			r.sendClose(closeProtocol)
		}
		return err
	}
}

// frame reads one frame and hands it to the sink.
func (r *reader) frame() error {
	before := r.conn.Consumed()
	h, err := readHeader(r.conn.Reader(), r.inflater != nil)
	if err == nil {
		err = r.payload(h)
		defer r.release()
	}
	cost := r.begin()
	if err != nil {
		cost.Down.Framing = r.conn.Consumed() - before
		r.report()
		return err
	}
	if h.opcode.control() {
		cost.Down.Framing = h.size + h.length
		cost.Down.Control = cost.Down.Framing
		err = r.control(h.opcode)
	} else {
		cost.Frames = 1
		cost.Down.Framing = h.size
		cost.Down.Payload = h.length
		err = r.data(h)
	}
	r.report()
	return err
}

// payload reads a frame's payload.
func (r *reader) payload(h header) error {
	if h.masked {
		return errors.New("masked frame from the server") // section 5.1
	}
	if h.length > maxMessageBytes-int64(len(r.message)) {
		return errMessageLarge
	}
	if r.inflater == nil && h.length <= maxInPlace {
		var err error
		r.buf, err = take(r.conn.Reader(), int(h.length))
		return cut(err)
	}
	r.borrowed = exchange.Borrow()
	r.borrowed.B = slices.Grow(r.borrowed.B, int(h.length)+len(inflateTail))
	r.buf = r.borrowed.B[:h.length]
	_, err := io.ReadFull(r.conn.Reader(), r.buf)
	return cut(err)
}

// maxInPlace is the longest payload that is read where it stands in the connection's buffer. For a longer one,
// and for one that is to be inflated, a buffer is borrowed.
const maxInPlace = 4 << 10

// release gives back what the payload stood in.
func (r *reader) release() {
	if r.borrowed != nil {
		r.borrowed.Return()
		r.borrowed = nil
	}
}

// data takes a data frame; when it completes a message, the message.
func (r *reader) data(h header) error {
	message, err := r.assemble(h)
	if err != nil || !h.fin {
		return err
	}
	if r.compressed {
		if message, err = r.inflater.inflate(message); err != nil {
			return err
		}
	}
	return r.take(message)
}

// assemble takes the payload of a data frame, and returns that of its message's frames so far, valid
// until the next frame is read.
func (r *reader) assemble(h header) ([]byte, error) {
	if (h.opcode == opContinuation) != r.fragmented {
		return nil, errors.New("continuation without a beginning, or a beginning without an end") // section 5.4
	}
	if h.opcode == opBinary {
		return nil, errors.New("binary message")
	}
	r.fragmented = !h.fin
	if h.opcode != opContinuation {
		r.compressed = h.rsv1
		if h.fin {
			return r.buf, nil
		}
	}
	r.message = append(r.message, r.buf...)
	message := r.message
	if h.fin {
		r.message = r.message[:0]
	}
	return message, nil
}

// take reads the message or the gap in a text.
func (r *reader) take(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("text is not UTF-8") // section 8.1
	}
	if gap, ok := feed.DecodeGap(text); ok {
		r.unit.Missed = gap.Missed
		r.unit.Cost.Down.Framing += r.unit.Cost.Down.Payload
		r.unit.Cost.Down.Payload = 0
		return nil
	}
	m, err := feed.Decode(text)
	if err != nil {
		return err
	}
	r.unit.Messages = append(r.unit.Messages, m)
	r.unit.Cost.Messages = 1
	return nil
}

// control answers a control frame (section 5.5).
func (r *reader) control(op opcode) error {
	switch op {
	case opPing:
		return r.send(opPong, r.buf)
	case opClose:
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
	return nil
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

// send sends a control frame, unless a close frame has gone out already. It may be called beside
// the reading; what it cost is booked with the next unit.
func (r *reader) send(op opcode, payload []byte) error {
	r.sending.Lock()
	defer r.sending.Unlock()
	if r.closing {
		return nil
	}
	r.closing = op == opClose
	var mask [4]byte
	binary.BigEndian.PutUint32(mask[:], rand.Uint32())
	frame := appendMasked(nil, op, mask, payload)
	if _, err := r.conn.Meter().Write(frame); err != nil {
		return err
	}
	r.sent += int64(len(frame))
	return nil
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

// begin begins the next unit, and returns what it costs.
func (r *reader) begin() *wire.Ledger {
	r.unit = transport.BorrowUnit()
	return &r.unit.Cost
}

// report hands the unit to the sink, with what was sent meanwhile.
func (r *reader) report() {
	r.sending.Lock()
	r.unit.Cost.Up.Framing += r.sent
	r.unit.Cost.Up.Control += r.sent
	r.sent = 0
	r.sending.Unlock()
	r.conn.Meter().BookOverhead(&r.unit.Cost)
	if r.unit.Cost != (wire.Ledger{}) {
		r.unit.Received = r.conn.Meter().Completed(&r.unit.Cost)
		r.sink.Unit(r.unit)
	}
	r.unit.Return()
	r.unit = nil
}
