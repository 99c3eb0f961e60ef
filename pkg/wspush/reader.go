package wspush

import (
	"errors"
	"io"
	"slices"
	"sync"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

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

// maxInPlace is the longest payload that is read where it stands in the connection's buffer. For a longer one,
// and for one that is to be inflated, a buffer is borrowed.
const maxInPlace = 4 << 10

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

// release gives back what the payload stood in.
func (r *reader) release() {
	if r.borrowed != nil {
		r.borrowed.Return()
		r.borrowed = nil
	}
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
