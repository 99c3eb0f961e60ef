package wspush

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"pollpush/pkg/http1"
)

// opcode is what a frame is (RFC 6455 section 5.2).
type opcode byte

const (
	opContinuation opcode = 0x0
	opText         opcode = 0x1
	opBinary       opcode = 0x2
	opClose        opcode = 0x8
	opPing         opcode = 0x9
	opPong         opcode = 0xA
)

// control reports whether the frame is a control frame (section 5.5).
func (o opcode) control() bool { return o&0x8 != 0 }

// maxControlPayload bounds the payload of a control frame (section 5.5).
const maxControlPayload = 125

// maxMessageBytes bounds a message, however many frames it comes in.
const maxMessageBytes = 16 << 20

var (
	errReserved     = errors.New("frame with reserved bits or opcode")
	errLongControl  = errors.New("control frame fragmented or longer than 125 bytes")
	errLength       = errors.New("frame length not in the shortest form")
	errMessageLarge = errors.New("message larger than 16 MiB")
)

// header is what stands before a frame's payload (section 5.2).
type header struct {
	fin    bool
	rsv1   bool // the message that begins here is compressed (RFC 7692 section 6)
	opcode opcode
	masked bool
	mask   [4]byte
	length int64 // of the payload
	size   int64 // of the header itself: 2 to 14 bytes
}

// rsv1 is the reserved bit of the first byte that permessage-deflate gives a meaning.
const rsv1 = 0x40

// readHeader reads a frame's header and nothing behind it; deflate says that messages may be
// compressed. It returns io.EOF only when the connection ended before its first byte.
func readHeader(r *http1.Reader, deflate bool) (header, error) {
	b, err := take(r, 2)
	if err != nil {
		return header{}, err
	}
	h := header{
		fin:    b[0]&0x80 != 0,
		rsv1:   b[0]&rsv1 != 0,
		opcode: opcode(b[0] & 0x0f),
		masked: b[1]&0x80 != 0,
		length: int64(b[1] & 0x7f),
		size:   2,
	}
	reserved := byte(0x70)
	if deflate && (h.opcode == opText || h.opcode == opBinary) {
		reserved &^= rsv1 // only here (RFC 7692 section 6.1)
	}
	if b[0]&reserved != 0 || h.opcode > opPong || (h.opcode > opBinary && h.opcode < opClose) {
		return h, fmt.Errorf("%w: first byte %#02x", errReserved, b[0])
	}
	if h.opcode.control() && (!h.fin || h.length > maxControlPayload) {
		return h, errLongControl
	}
	if err := h.readLength(r); err != nil {
		return h, cut(err)
	}
	if h.masked {
		mask, err := take(r, len(h.mask))
		if err != nil {
			return h, cut(err)
		}
		h.size += int64(copy(h.mask[:], mask))
	}
	return h, nil
}

// take returns the next n bytes, valid until the next read, without allocating. When there are
// fewer it takes those, and returns io.EOF only when there are none.
func take(r *http1.Reader, n int) ([]byte, error) {
	b, err := r.Peek(n)
	r.Discard(len(b))
	if err != nil && len(b) > 0 {
		err = cut(err)
	}
	return b, err
}

// readLength reads the extended payload length, if there is one.
func (h *header) readLength(r *http1.Reader) error {
	size, least := 0, uint64(0)
	switch h.length {
	case 126:
		size, least = 2, 126
	case 127:
		size, least = 8, math.MaxUint16+1
	}
	if size == 0 {
		return nil
	}
	b, err := take(r, size)
	if err != nil {
		return err
	}
	h.size += int64(size)
	var length uint64
	for _, c := range b {
		length = length<<8 | uint64(c)
	}
	if length < least || length > math.MaxInt64 {
		return errLength
	}
	h.length = int64(length)
	return nil
}

// cut turns an end of file inside a frame into what it is: an unexpected one.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendMasked appends a whole frame as a client sends it, masked with mask (section 5.3).
func appendMasked(b []byte, op opcode, mask [4]byte, payload []byte) []byte {
	b = append(b, 0x80|byte(op))
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= math.MaxUint16:
		b = append(b, 0x80|126)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, 0x80|127)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	return b
}
