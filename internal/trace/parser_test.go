package trace

import (
	"slices"
	"strings"
	"testing"

	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// The sample handshake of RFC 6455 section 1.3.
func TestAcceptOfTheStandard(t *testing.T) {
	a := Explain("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
	want := Accept{
		Key: "dGhlIHNhbXBsZSBub25jZQ==", Nonce: "7468652073616d706c65206e6f6e6365", // "the sample nonce"
		GUID:          "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		Concatenation: "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		SHA1:          "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
		Base64:        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Sent: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Matches: true,
	}
	if *a != want {
		t.Errorf("%+v\nwant %+v", *a, want)
	}
	if b := Explain(a.Key, "x"+a.Sent[1:]); b.Matches || !strings.Contains(strings.Join(b.lines(), "\n"), "NOT the same") {
		t.Errorf("%+v", b)
	}
}

// The frames of RFC 6455 section 5.7.
func TestFramesOfTheStandard(t *testing.T) {
	for _, v := range []struct {
		wire    string
		payload int // what follows the header, 0 for what stands in wire
		want    frame
		plain   string
	}{
		{wire: "\x81\x05Hello", want: frame{first: 0x81, second: 5, opcode: 1, fin: true, length: 5, size: 2}, plain: "Hello"},
		{
			wire: "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", plain: "Hello",
			want: frame{first: 0x81, second: 0x85, opcode: 1, fin: true, masked: true, length: 5, mask: [4]byte{0x37, 0xfa, 0x21, 0x3d}, size: 6},
		},
		{wire: "\x01\x03Hel", want: frame{first: 1, second: 3, opcode: 1, length: 3, size: 2}, plain: "Hel"},
		{wire: "\x80\x02lo", want: frame{first: 0x80, second: 2, fin: true, length: 2, size: 2}, plain: "lo"},
		{wire: "\x82\x7e\x01\x00", payload: 256, want: frame{first: 0x82, second: 0x7e, opcode: 2, fin: true, extended: 2, length: 256, size: 4}},
		{
			wire: "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", payload: 65_536,
			want: frame{first: 0x82, second: 0x7f, opcode: 2, fin: true, extended: 8, length: 65_536, size: 10},
		},
	} {
		b := append([]byte(v.wire), make([]byte, v.payload)...)
		f, ok := parseFrame(b)
		if !ok || f != v.want {
			t.Errorf("% x: %+v, %v; want %+v", v.wire, f, ok, v.want)
		}
		if v.plain != "" && string(f.unmasked(b[f.size:])) != v.plain {
			t.Errorf("% x: %q", v.wire, f.unmasked(b[f.size:]))
		}
		for n := range len(v.wire) {
			if _, ok := parseFrame(b[:n]); ok {
				t.Errorf("% x: the first %d bytes are no whole frame", v.wire, n)
			}
		}
	}
}

func TestBits(t *testing.T) {
	f, _ := parseFrame([]byte{0x88, 0x82, 1, 2, 3, 4, 0, 0})
	if got, want := f.firstByte(), "88 = 1 000 1000: FIN 1 (the message ends with this frame), RSV 000 (no extension), opcode 8 (close)"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := f.secondByte(), "82 = 1 0000010: MASK 1 (masked, as all that a client sends must be), length 2 (which is that of the payload, as up to 125)"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"data: ":                 `data:\x20`,
		"a\tb\r\n":               `a\tb\r\n`,
		`{"a":"\n"}`:             `{"a":"\\n"}`,
		"\xff é ⏎":               `\xff é ⏎`,
		strings.Repeat("x", 72):  strings.Repeat("x", 72),
		strings.Repeat("é", 100): strings.Repeat("é", 20) + " … 148 more bytes … " + strings.Repeat("é", 6),
	} {
		if got := text([]byte(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"a":      "`a`",
		"a|b":    "`a\\|b`",
		"a`b``c": "```a`b``c```",
		"`a":     "`` `a ``",
	} {
		if got := codeSpan(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// A trace that is one byte off, in any layer, says so.
func TestCompare(t *testing.T) {
	for name, change := range map[string]func(*wire.Ledger){
		"payload":   func(l *wire.Ledger) { l.Down.Payload++; l.Down.Framing-- },
		"framing":   func(l *wire.Ledger) { l.Up.Framing++ },
		"header":    func(l *wire.Ledger) { l.Up.Header++ },
		"handshake": func(l *wire.Ledger) { l.Down.Handshake++ },
		"TLS":       func(l *wire.Ledger) { l.Down.TLS++ },
		"control":   func(l *wire.Ledger) { l.Up.Control++ },
		"messages":  func(l *wire.Ledger) { l.Messages++ },
		"frames":    func(l *wire.Ledger) { l.Frames++ },
		"requests":  func(l *wire.Ledger) { l.Requests++ },
		"empty":     func(l *wire.Ledger) { l.RequestsEmpty++ },
		"failed":    func(l *wire.Ledger) { l.RequestsFailed++ },
	} {
		tr := Trace{}
		change(&tr.Booked)
		tr.compare(nil, newSink(1))
		if len(tr.Differences) == 0 {
			t.Errorf("%s: nobody noticed", name)
		}
	}
}

// Whatever the two sides say, each byte is in exactly one piece.
func FuzzParser(f *testing.F) {
	const (
		get   = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
		empty = "HTTP/1.1 204 No Content\r\n\r\n"
		array = "HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n" + `[{"seq":1,"due":2} ,{"missed":1,"next":3}]`
		chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
			"1a;x\r\nid: 1\ndata: {\"seq\":1,\"due\"\r\n6\r\n:2}\n\n:\r\n1\r\n\n\r\n0\r\nA: b\r\n\r\n"
		switching = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n"
	)
	f.Add(0, []byte(get+get), []byte(empty+array), 10)
	f.Add(2, []byte(get), []byte(chunk), 100)
	f.Add(3, []byte(get+"\x88\x82\x01\x02\x03\x04\x02\xea"), []byte(switching+"\x81\x12{\"seq\":1,\"due\":23}\x89\x00\x88\x02\x03\xe8"), 7)
	f.Add(1, []byte(get), []byte("HTTP/1.1 100 Continue\r\n\r\n"+array+"rest"), 3)
	f.Fuzz(func(t *testing.T, which int, up, down []byte, step int) {
		names := scenario.Transports()
		p := newParser(names[uint(which)%uint(len(names))], 5)
		r := &recorder{}
		c := &connection{opened: r.now()}
		step = max(step, 1)
		for part := range slices.Chunk(up, step) {
			r.add(&c.socket.up, part)
		}
		for part := range slices.Chunk(down, step) {
			r.add(&c.socket.down, part)
		}
		p.connection(1, c)
		sum := map[Direction]int{}
		for _, s := range p.inOrder() {
			for _, piece := range s.Pieces {
				sum[s.Direction] += piece.Bytes
			}
			s.text(&strings.Builder{})
			s.markdown(&strings.Builder{})
		}
		if sum[Up] != len(up) || sum[Down] != len(down) {
			t.Errorf("%d and %d bytes in pieces of %d and %d", len(up), len(down), sum[Up], sum[Down])
		}
	})
}
