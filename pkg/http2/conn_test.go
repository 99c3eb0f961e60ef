package http2_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

// One exchange with everything around it that a server may send: what it takes is the same however
// it arrives, and all of it is booked, on its layer.
func TestExchange(t *testing.T) {
	const content = "[0123456789]"
	for name, wrap := range arrivals {
		t.Run(name, func(t *testing.T) {
			c, server := connect(t, wrap)
			s := newScript()
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1 << 20}, http2.Setting{ID: http2.SettingHeaderTableSize, Val: 8192})
			_ = s.WriteSettingsAck()
			_ = s.WriteWindowUpdate(0, 1<<20)
			_ = s.WritePing(false, [8]byte{1})
			_ = s.WriteRawFrame(0xfa, 0, 1, []byte("of no known type")) // RFC 9113 section 5.5
			s.head(1, false, ":status", "103", "link", "</style.css>")
			block := s.fields(":status", "200", "content-type", "application/json", "date", "Sun, 22 Nov 2026 12:00:00 GMT")
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:3]})
			_ = s.WriteContinuation(1, false, block[3:5])
			_ = s.WriteContinuation(1, true, block[5:])
			_ = s.WriteData(1, false, []byte(content[:5]))
			_ = s.WriteData(1, false, nil)
			_ = s.WriteDataPadded(1, false, []byte(content[5:]), make([]byte, 7))
			s.head(1, true, "server-timing", "db;dur=53") // the trailer
			s.send(t, server)

			answer, err := c.Get(request)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Status != 200 || answer.ContentType != "application/json" || answer.Close {
				t.Errorf("answer = %+v", answer)
			}
			body, err := exchange.ReadAll(answer.Body, nil, 100)
			if err != nil || string(body) != content {
				t.Errorf("body %q, %v; want %q", body, err, content)
			}
			cost := take(c)
			frames, headers, total := sent(t, server, c)
			want := wire.Ledger{
				Connections: 1,
				Up:          wire.Bytes{Header: headers, Framing: total - headers},
				Down:        wire.Bytes{Header: int64(s.headers), Framing: int64(s.Len() - s.headers)},
			}
			if cost != want {
				t.Errorf("took %+v\nwant %+v", cost, want)
			}
			types := []http2.FrameType{http2.FrameSettings, http2.FrameWindowUpdate, http2.FrameHeaders, http2.FrameSettings, http2.FramePing}
			if got := typesOf(frames); !slices.Equal(got, types) {
				t.Errorf("the client sends %v, want %v", got, types)
			}
			if again := take(c); again != (wire.Ledger{}) {
				t.Errorf("taken twice: %+v", again)
			}
		})
	}
}

func typesOf(frames []http2.FrameHeader) []http2.FrameType {
	var types []http2.FrameType
	for _, f := range frames {
		types = append(types, f.Type)
	}
	return types
}

// The same fields a second time take a byte each (RFC 7541 section 6.1), and what changes takes what
// it is long.
func TestRepeatedRequestsShrink(t *testing.T) {
	c, server := connect(t, arrivals["at once"])
	s := newScript()
	s.settings()
	for _, id := range []uint32{1, 3, 5} {
		s.head(id, true, ":status", "204", "date", "Sun, 22 Nov 2026 12:00:00 GMT")
	}
	s.send(t, server)
	var up, down []wire.Bytes
	for _, after := range []string{"17", "17", "18"} {
		r := request
		r.Target = []byte("/poll?topic=0&after=" + after)
		answer, err := c.Get(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != 204 {
			t.Errorf("status %d, want 204", answer.Status)
		}
		if n, err := answer.Body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("a body of %d bytes, %v; want none", n, err)
		}
		cost := take(c)
		up, down = append(up, cost.Up), append(down, cost.Down)
	}
	const frame, preface, settings, update, ack = 9, 24, 9 + 3*6, 9 + 4, 9
	if got := up[0].Framing; got != preface+settings+update+frame+ack {
		t.Errorf("the first request takes %d bytes of framing, want %d", got, preface+settings+update+frame+ack)
	}
	// :authority, :method, :path, :scheme, user-agent, accept-encoding
	if want := (wire.Bytes{Header: 6, Framing: frame}); up[1] != want {
		t.Errorf("the same request again takes %+v, want %+v", up[1], want)
	}
	// A literal is a byte of name and one of length, and then the Huffman code (section 6.2.1).
	path := int64(hpack.HuffmanEncodeLength("/poll?topic=0&after=18"))
	if want := (wire.Bytes{Header: 5 + 2 + path, Framing: frame}); up[2] != want {
		t.Errorf("a request with another path takes %+v, want %+v", up[2], want)
	}
	for i, want := range []int64{0, 2, 2} { // :status and date
		if i > 0 && down[i] != (wire.Bytes{Header: want, Framing: frame}) {
			t.Errorf("answer %d takes %+v, want %d and %d", i, down[i], want, frame)
		}
	}
}

// Header blocks that do not fit a frame go on in others (RFC 9113 section 6.10).
func TestLongRequest(t *testing.T) {
	c, server := connect(t, arrivals["at once"])
	s := newScript()
	s.settings()
	s.head(1, true, ":status", "204")
	s.send(t, server)
	r := request
	r.Fields = []exchange.Field{{Name: "Cookie", Value: strings.Repeat("~", 30_000)}} // longer in the Huffman code
	if _, err := c.Get(r); err != nil {
		t.Fatal(err)
	}
	cost := take(c)
	frames, headers, total := sent(t, server, c)
	if cost.Up != (wire.Bytes{Header: headers, Framing: total - headers}) || headers < 30_000 {
		t.Errorf("took %+v; %d bytes of headers in %d were sent", cost.Up, headers, total)
	}
	if got := typesOf(frames)[2:4]; !slices.Equal(got, []http2.FrameType{http2.FrameHeaders, http2.FrameContinuation}) {
		t.Errorf("the request is %v", got)
	}
}

// A server that will close says so, with the answer to what it still takes.
func TestGoAway(t *testing.T) {
	c, server := connect(t, arrivals["at once"])
	s := newScript()
	s.settings()
	_ = s.WriteGoAway(1, http2.ErrCodeNo, nil)
	s.head(1, true, ":status", "204")
	s.send(t, server)
	answer, err := c.Get(request)
	if err != nil || !answer.Close {
		t.Errorf("%+v, %v; want an answer, and that the connection will be closed", answer, err)
	}
	take(c)
	if _, err := c.Get(request); err == nil || !strings.Contains(err.Error(), "GOAWAY") {
		t.Errorf("%v, want an error that names GOAWAY", err)
	}
	if cost := take(c); cost != (wire.Ledger{}) {
		t.Errorf("what was not asked took %+v", cost)
	}
}

// What a server may not send ends the exchange with an error, and is booked all the same.
func TestBrokenServer(t *testing.T) {
	head := func(s *script) { s.head(1, false, ":status", "200") }
	for _, v := range []struct {
		name   string
		send   func(*script)
		errors string
	}{
		{"HTTP/1.1", func(s *script) { s.WriteString("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") }, "does not speak HTTP/2"},
		{"no settings first", func(s *script) { head(s) }, "does not speak HTTP/2"},
		{"nothing", func(*script) {}, "unexpected EOF"},
		{"end in a frame", func(s *script) { s.settings(); head(s); s.Truncate(s.Len() - 1) }, "unexpected EOF"},
		{"goaway before the answer", func(s *script) { s.settings(); _ = s.WriteGoAway(0, http2.ErrCodeNo, nil) }, "GOAWAY"},
		{"reset", func(s *script) { s.settings(); _ = s.WriteRSTStream(1, http2.ErrCodeRefusedStream) }, "REFUSED_STREAM"},
		{"reset in the body", func(s *script) { s.settings(); head(s); _ = s.WriteRSTStream(1, http2.ErrCodeInternal) }, "INTERNAL_ERROR"},
		{"push", func(s *script) {
			s.settings()
			_ = s.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, EndHeaders: true})
		}, "push"},
		{"no status", func(s *script) { s.settings(); s.head(1, true, "date", "today") }, "without a status"},
		{"status that is none", func(s *script) { s.settings(); s.head(1, true, ":status", "ok") }, "without a status"},
		{"content before its head", func(s *script) { s.settings(); _ = s.WriteData(1, true, []byte("x")) }, "before its head"},
		{"header block without an end", func(s *script) {
			s.settings()
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(":status", "200")})
			_ = s.WriteData(1, true, []byte("x"))
		}, "PROTOCOL_ERROR"},
		{"no header compression", func(s *script) {
			s.settings()
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xff, 0xff, 0xff}, EndHeaders: true})
		}, ""},
		{"settings out of bounds", func(s *script) {
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1})
		}, "PROTOCOL_ERROR"},
		{"endless head", func(s *script) {
			s.settings()
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(":status", "200")})
			for range 10 {
				_ = s.WriteContinuation(1, false, make([]byte, 16<<10))
			}
		}, ""},
		{"a frame of more than 16 KiB", func(s *script) {
			s.settings()
			head(s)
			_ = s.WriteData(1, true, make([]byte, 16<<10+1))
		}, "too large"},
	} {
		t.Run(v.name, func(t *testing.T) {
			c, server := connect(t, arrivals["at once"])
			s := newScript()
			v.send(s)
			s.send(t, server)
			answer, err := c.Get(request)
			if err == nil {
				_, err = exchange.ReadAll(answer.Body, nil, 1<<30)
			}
			if err == nil || !strings.Contains(err.Error(), v.errors) {
				t.Errorf("%v, want %q", err, v.errors)
			}
			c.Meter().Finish()
			c.Drain()
			if cost := take(c); cost.Down.Socket() != c.Meter().BytesRead() {
				t.Errorf("%d of %d bytes booked", cost.Down.Socket(), c.Meter().BytesRead())
			}
		})
	}
}
