package wspush

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"pollpush/pkg/http1"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var rfcMask = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// The examples of RFC 6455 section 5.7, and the edges of the three forms of length (section 5.2).
func TestReadHeader(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		want        header
	}{
		{"unmasked text", "81 05 48 65 6c 6c 6f", header{fin: true, opcode: opText, length: 5, size: 2}},
		{"masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58", header{fin: true, opcode: opText, masked: true, mask: rfcMask, length: 5, size: 6}},
		{"first fragment", "01 03 48 65 6c", header{opcode: opText, length: 3, size: 2}},
		{"last fragment", "80 02 6c 6f", header{fin: true, opcode: opContinuation, length: 2, size: 2}},
		{"ping", "89 05 48 65 6c 6c 6f", header{fin: true, opcode: opPing, length: 5, size: 2}},
		{"masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", header{fin: true, opcode: opPong, masked: true, mask: rfcMask, length: 5, size: 6}},
		{"256 bytes", "82 7e 01 00", header{fin: true, opcode: opBinary, length: 256, size: 4}},
		{"64 KiB", "82 7f 00 00 00 00 00 01 00 00", header{fin: true, opcode: opBinary, length: 65536, size: 10}},
		{"empty", "81 00", header{fin: true, opcode: opText, size: 2}},
		{"125", "81 7d", header{fin: true, opcode: opText, length: 125, size: 2}},
		{"126", "81 7e 00 7e", header{fin: true, opcode: opText, length: 126, size: 4}},
		{"65535", "81 7e ff ff", header{fin: true, opcode: opText, length: 65535, size: 4}},
		{"the greatest", "81 7f 7f ff ff ff ff ff ff ff", header{fin: true, opcode: opText, length: math.MaxInt64, size: 10}},
		{"the greatest header", "81 ff 7f ff ff ff ff ff ff ff 37 fa 21 3d", header{fin: true, opcode: opText, masked: true, mask: rfcMask, length: math.MaxInt64, size: 14}},
		{"longest control frame", "88 7d", header{fin: true, opcode: opClose, length: 125, size: 2}},
	} {
		frame := unhex(t, c.frame)
		r := http1.NewReader(bytes.NewReader(frame))
		if got, err := readHeader(r, false); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
		if rest := len(frame) - int(c.want.size); r.Buffered() != rest {
			t.Errorf("%s: %d bytes left, want %d: nothing behind the header is read", c.name, r.Buffered(), rest)
		}
		for n := range int(c.want.size) {
			want := io.ErrUnexpectedEOF
			if n == 0 {
				want = io.EOF // between two frames, not within one
			}
			if _, err := readHeader(http1.NewReader(bytes.NewReader(frame[:n])), false); !errors.Is(err, want) {
				t.Errorf("%s, cut after %d bytes: %v, want %v", c.name, n, err, want)
			}
		}
	}
}

func TestReadHeaderRefuses(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		want        error
	}{
		{"reserved bit 1", "c1 00", errReserved},
		{"reserved bit 2", "a1 00", errReserved},
		{"reserved bit 3", "91 00", errReserved},
		{"reserved data opcode", "83 00", errReserved},
		{"reserved data opcode", "87 00", errReserved},
		{"reserved control opcode", "8b 00", errReserved},
		{"reserved control opcode", "8f 00", errReserved},
		{"125 in two bytes", "81 7e 00 7d", errLength},
		{"0 in eight bytes", "81 7f 00 00 00 00 00 00 00 00", errLength},
		{"65535 in eight bytes", "81 7f 00 00 00 00 00 00 ff ff", errLength},
		{"highest bit set", "81 7f 80 00 00 00 00 00 00 00", errLength}, // section 5.2: it must be 0
		{"fragmented ping", "09 00", errLongControl},
		{"fragmented close", "08 00", errLongControl},
		{"long ping", "89 7e 00 7e", errLongControl},
		{"very long close", "88 7f 00 00 00 00 00 01 00 00", errLongControl},
	} {
		if h, err := readHeader(http1.NewReader(bytes.NewReader(unhex(t, c.frame))), false); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v; want %v", c.name, h, err, c.want)
		}
	}
}

// Where the extension is agreed on, RSV1 may stand on the first frame of a message and nowhere else
// (RFC 7692 section 6.1), and the other two bits still nowhere.
func TestReadHeaderWithDeflate(t *testing.T) {
	for _, c := range []struct {
		frame string
		want  header
		err   error
	}{
		{"c1 07", header{fin: true, rsv1: true, opcode: opText, length: 7, size: 2}, nil},
		{"41 03", header{rsv1: true, opcode: opText, length: 3, size: 2}, nil},
		{"c2 7e 01 00", header{fin: true, rsv1: true, opcode: opBinary, length: 256, size: 4}, nil},
		{"81 05", header{fin: true, opcode: opText, length: 5, size: 2}, nil},
		{"80 04", header{fin: true, opcode: opContinuation, length: 4, size: 2}, nil},
		{"c0 04", header{}, errReserved},
		{"40 04", header{}, errReserved},
		{"c8 00", header{}, errReserved},
		{"c9 00", header{}, errReserved},
		{"ca 00", header{}, errReserved},
		{"c3 00", header{}, errReserved},
		{"a1 00", header{}, errReserved},
		{"91 00", header{}, errReserved},
		{"e1 00", header{}, errReserved},
		{"d1 00", header{}, errReserved},
	} {
		h, err := readHeader(http1.NewReader(bytes.NewReader(unhex(t, c.frame))), true)
		if !errors.Is(err, c.err) || err == nil && h != c.want {
			t.Errorf("%s: %+v, %v; want %+v, %v", c.frame, h, err, c.want, c.err)
		}
	}
}

func TestAppendMasked(t *testing.T) {
	for _, c := range []struct {
		op      opcode
		payload string
		want    string // what the frame starts with
		size    int
	}{
		{opText, "Hello", "81 85 37 fa 21 3d 7f 9f 4d 51 58", 11}, // section 5.7
		{opPong, "Hello", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", 11},
		{opClose, "", "88 80 37 fa 21 3d", 6},
		{opText, strings.Repeat("x", 125), "81 fd 37 fa 21 3d 4f", 6 + 125},
		{opText, strings.Repeat("x", 126), "81 fe 00 7e 37 fa 21 3d 4f", 8 + 126},
		{opText, strings.Repeat("x", 65535), "81 fe ff ff 37 fa 21 3d 4f", 8 + 65535},
		{opText, strings.Repeat("x", 65536), "81 ff 00 00 00 00 00 01 00 00 37 fa 21 3d 4f", 14 + 65536},
	} {
		got := appendMasked(nil, c.op, rfcMask, []byte(c.payload))
		if len(got) != c.size || !bytes.HasPrefix(got, unhex(t, c.want)) {
			t.Errorf("%d bytes of payload: %d bytes that start with % x; want %d and %s", len(c.payload), len(got), got[:min(len(got), 15)], c.size, c.want)
		}
	}
}

// unmask does the reverse of what section 5.3 describes, a byte at a time.
func unmask(payload []byte, mask [4]byte) []byte {
	plain := make([]byte, len(payload))
	for i := range payload {
		plain[i] = payload[i] ^ mask[i%4]
	}
	return plain
}

func FuzzReadHeader(f *testing.F) {
	for _, seed := range []string{"8105", "8185 37fa213d", "827e0100", "827f0000000000010000", "81ff7fffffffffffffff37fa213d", "8b00", "0900", "c107", "4103", "c004", "c900", "e100"} {
		f.Add(unhex(f, seed), false)
		f.Add(unhex(f, seed), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, deflate bool) {
		source := bytes.NewReader(b)
		r := http1.NewReader(source)
		h, err := readHeader(r, deflate)
		taken := len(b) - source.Len() - r.Buffered()
		if err != nil {
			if errors.Is(err, io.EOF) != (len(b) == 0) || taken > 14 {
				t.Fatalf("% x: %v after %d bytes", b, err, taken)
			}
			return
		}
		if h.size != int64(taken) || h.size < 2 || h.size > 14 || h.length < 0 {
			t.Fatalf("% x: %+v after %d bytes", b, h, taken)
		}
		compressed := deflate && (h.opcode == opText || h.opcode == opBinary) && b[0]&0x40 != 0
		if h.rsv1 != compressed || !compressed && b[0]&0x70 != 0 || b[0]&0x30 != 0 {
			t.Fatalf("% x: %+v, deflate %t: a reserved bit was let through", b, h, deflate)
		}
		// There is one way to write a header: the one that was read.
		want := int64(2)
		if h.length > 125 {
			want += 2
		}
		if h.length > math.MaxUint16 {
			want += 6
		}
		if h.masked {
			want += 4
		}
		if h.size != want {
			t.Fatalf("% x: %+v, want a size of %d", b, h, want)
		}
	})
}

func FuzzFrameRoundTrip(f *testing.F) {
	f.Add(byte(opText), uint32(0x37fa213d), []byte("Hello"), 1)
	f.Add(byte(opBinary), uint32(0), []byte("x"), 65536)
	f.Add(byte(opPing), uint32(math.MaxUint32), []byte{}, 0)
	f.Fuzz(func(t *testing.T, op byte, key uint32, payload []byte, repeat int) {
		op &= 0xf
		payload = bytes.Repeat(payload, max(0, min(repeat, (1<<17)/max(1, len(payload)))))
		mask := [4]byte{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
		frame := appendMasked(nil, opcode(op), mask, payload)
		h, err := readHeader(http1.NewReader(bytes.NewReader(frame)), false)
		reserved := op > byte(opPong) || op > byte(opBinary) && op < byte(opClose)
		if longControl := opcode(op).control() && len(payload) > maxControlPayload; reserved || longControl {
			if err == nil {
				t.Fatalf("opcode %#x with %d bytes was read as %+v", op, len(payload), h)
			}
			return
		}
		want := header{fin: true, opcode: opcode(op), masked: true, mask: mask, length: int64(len(payload)), size: int64(len(frame) - len(payload))}
		if err != nil || h != want || !bytes.Equal(unmask(frame[h.size:], mask), payload) {
			t.Fatalf("read %+v, %v; want %+v", h, err, want)
		}
	})
}

func BenchmarkReadHeader(b *testing.B) {
	frame := unhex(b, "81 7e 01 00")
	source := bytes.NewReader(frame)
	r := http1.NewReader(source)
	b.ReportAllocs()
	for b.Loop() {
		source.Reset(frame)
		r.Discard(r.Buffered())
		if _, err := readHeader(r, false); err != nil {
			b.Fatal(err)
		}
	}
}

func TestReadHeaderDoesNotAllocate(t *testing.T) {
	frame := append([]byte{0x81, 126, 1, 0}, make([]byte, 256)...)
	source := bytes.NewReader(frame)
	r := http1.NewReader(source)
	allocations := testing.AllocsPerRun(100, func() {
		source.Reset(frame)
		r.Discard(r.Buffered())
		if h, err := readHeader(r, false); err != nil || h.length != 256 || h.size != 4 {
			t.Errorf("header = %+v, %v", h, err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations per header", allocations)
	}
}
