package trace

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// frame is a WebSocket frame's header (RFC 6455 section 5.2). It is read here independently of
// package wspush, whose ledger it checks.
type frame struct {
	first, second byte
	opcode        byte
	fin, masked   bool
	extended      int // bytes of the extended length: 0, 2 or 8
	length        int // of the payload
	mask          [4]byte
	size          int // of the header
}

// parseFrame reads the header of the frame that b begins with; ok is false when b does not hold all
// of the frame.
func parseFrame(b []byte) (f frame, ok bool) {
	if len(b) < 2 {
		return f, false
	}
	f = frame{
		first: b[0], second: b[1], opcode: b[0] & 0x0f, fin: b[0]&0x80 != 0,
		masked: b[1]&0x80 != 0, length: int(b[1] & 0x7f), size: 2,
	}
	switch f.length {
	case 126:
		f.extended = 2
	case 127:
		f.extended = 8
	}
	masking := 0
	if f.masked {
		masking = len(f.mask)
	}
	f.size += f.extended + masking
	if len(b) < f.size {
		return f, false
	}
	switch f.extended {
	case 2:
		f.length = int(binary.BigEndian.Uint16(b[2:]))
	case 8:
		length := binary.BigEndian.Uint64(b[2:])
		if length > uint64(len(b)) {
			return f, false
		}
		f.length = int(length)
	}
	copy(f.mask[:masking], b[2+f.extended:])
	return f, f.length <= len(b)-f.size
}

func (f frame) control() bool { return f.opcode&0x8 != 0 }

// opcodes are the frames' names.
var opcodes = map[byte]string{
	0x0: "continuation", 0x1: "text", 0x2: "binary", 0x8: "close", 0x9: "ping", 0xA: "pong",
}

func (f frame) name() string {
	if name, ok := opcodes[f.opcode]; ok {
		return name
	}
	return "reserved"
}

// unmasked returns the payload with the mask taken off.
func (f frame) unmasked(payload []byte) []byte {
	if !f.masked {
		return payload
	}
	plain := make([]byte, len(payload))
	for i, c := range payload {
		plain[i] = c ^ f.mask[i%len(f.mask)]
	}
	return plain
}

// firstByte explains a frame's first byte.
func (f frame) firstByte() string {
	fin := "the message goes on in the next frame"
	if f.fin {
		fin = "the message ends with this frame"
	}
	extension := "no extension"
	if f.first&0x70 != 0 {
		extension = "an extension has changed the payload"
	}
	return fmt.Sprintf("%02x = %s: FIN %b (%s), RSV %03b (%s), opcode %x (%s)",
		f.first, bits(f.first, 1, 3, 4), f.first>>7, fin, f.first>>4&7, extension, f.opcode, f.name())
}

// secondByte explains a frame's second byte.
func (f frame) secondByte() string {
	mask := "not masked, as all that a server sends"
	if f.masked {
		mask = "masked, as all that a client sends must be"
	}
	length := "which is that of the payload, as up to 125"
	switch f.extended {
	case 2:
		length = "the length is in the next 2 bytes, as from 126 to 65,535"
	case 8:
		length = "the length is in the next 8 bytes, as from 65,536"
	}
	return fmt.Sprintf("%02x = %s: MASK %b (%s), length %d (%s)",
		f.second, bits(f.second, 1, 7), f.second>>7, mask, f.second&0x7f, length)
}

// bits writes a byte in binary, in groups of these sizes.
func bits(b byte, groups ...int) string {
	all := fmt.Sprintf("%08b", b)
	parts := make([]string, 0, len(groups))
	for _, n := range groups {
		parts = append(parts, all[:n])
		all = all[n:]
	}
	return strings.Join(parts, " ")
}

// closeCodes name the codes of RFC 6455 section 7.4.1 that are met here.
var closeCodes = map[uint16]string{
	1000: "normal closure", 1001: "going away", 1002: "protocol error", 1003: "unacceptable data",
	1007: "not UTF-8", 1008: "policy violation", 1009: "message too big", 1011: "internal error",
}

// closeCode reads the code at the start of a close frame's payload.
func closeCode(payload []byte) string {
	if len(payload) < 2 {
		return "no code"
	}
	code := binary.BigEndian.Uint16(payload)
	if name := closeCodes[code]; name != "" {
		return fmt.Sprintf("%d, %s", code, name)
	}
	return strconv.Itoa(int(code))
}
