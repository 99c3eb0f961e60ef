package wspush

import (
	"encoding/binary"
	"math/rand/v2"
)

// control answers a control frame (section 5.5).
func (r *reader) control(op opcode) error {
	switch op {
	case opPing:
		return r.send(opPong, r.buf)
	case opClose:
		return r.answerClose()
	}
	return nil
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
