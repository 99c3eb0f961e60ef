package wspush_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"pollpush/pkg/feed"
	"pollpush/pkg/wire"
	"pollpush/pkg/wspush"
)

const (
	takeover   = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover"
	noTakeover = takeover + "; server_no_context_takeover"
)

// deflated returns the texts compressed one after the other, each by those before it: what stands in
// their frames (RFC 7692 section 7.2.1).
func deflated(texts ...string) []string {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // at the fastest level short texts share nothing
	messages := make([]string, len(texts))
	for i, text := range texts {
		out.Reset()
		_, _ = io.WriteString(w, text) // to memory
		_ = w.Flush()
		messages[i] = strings.TrimSuffix(out.String(), "\x00\x00\xff\xff")
	}
	return messages
}

// What is booked as payload is what stood in the frames, in each of them when it is complete, and
// what tells of missed messages is framing.
func TestCompressedFramesAreBookedAsTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const three, gap = `{"seq":6,"due":4}`, `{"missed":3,"next":6}`
		m := deflated(one, two, gap, three)
		s := newSite(t)
		s.client.Deflate, s.fields = wspush.DeflateTakeover, []string{takeover}
		sent := s.script(frame(0xc1, m[0])+
			frame(0x41, m[1][:5])+frame(0x89, "")+frame(0x00, m[1][5:8])+frame(0x80, m[1][8:])+
			frame(0x81, one)+
			frame(0xc1, m[2])+
			frame(0x41, m[3])+frame(0x80, ""), true)
		got, err := s.subscribe(t, time.Minute)
		if !errors.Is(err, io.EOF) || !slices.Equal(got.seqs, []uint64{1, 2, 1, 6}) || got.missed != 3 || <-sent != "8a00" {
			t.Errorf("%v, messages %v, %d missed; want %v, [1 2 1 6] and 3", err, got.seqs, got.missed, io.EOF)
		}
		data := func(messages, payload int) wire.Ledger {
			return wire.Ledger{Messages: int64(messages), Frames: 1, Down: wire.Bytes{Framing: 2, Payload: int64(payload)}}
		}
		want := []wire.Ledger{
			data(1, len(m[0])),
			data(0, 5),
			{Up: wire.Bytes{Framing: 6, Control: 6}, Down: wire.Bytes{Framing: 2, Control: 2}},
			data(0, 3),
			data(1, len(m[1])-8),
			data(1, len(one)),
			{Frames: 1, Down: wire.Bytes{Framing: 2 + int64(len(m[2]))}},
			data(0, len(m[3])),
			data(1, 0),
		}
		if len(got.units) == 0 || !slices.Equal(got.units[1:], want) {
			t.Errorf("units behind the handshake\n%+v, want\n%+v", got.units, want)
		}
	})
}

// An extension that is misused ends the subscription as any other breach of the protocol does: the
// server is told with 1002, and every byte is booked.
func TestCompressionErrors(t *testing.T) {
	m := deflated(one, one)
	bomb := deflated(strings.Repeat(" ", 16<<20+1))[0]
	long := func(first byte, payload string) string {
		return string([]byte{first, 126, byte(len(payload) >> 8), byte(len(payload))}) + payload
	}
	for _, c := range []struct {
		name    string
		deflate wspush.Deflate
		fields  []string
		frames  string
		says    string
	}{
		{"not asked for", "", nil, frame(0xc1, m[0]), "reserved"},
		{"on a continuation", wspush.DeflateTakeover, []string{takeover}, frame(0x41, m[0][:3]) + frame(0xc0, m[0][3:]), "reserved"},
		{"on a continuation of a plain message", wspush.DeflateTakeover, []string{takeover}, frame(0x01, one[:3]) + frame(0xc0, one[3:]), "reserved"},
		{"on a ping", wspush.DeflateTakeover, []string{takeover}, frame(0xc9, ""), "reserved"},
		{"on a close frame", wspush.DeflateTakeover, []string{takeover}, frame(0xc8, "\x03\xe8"), "reserved"},
		{"another bit", wspush.DeflateTakeover, []string{takeover}, frame(0xa1, one), "reserved"},
		{"binary", wspush.DeflateTakeover, []string{takeover}, frame(0xc2, m[0]), "binary"},
		{"no compressed message", wspush.DeflateTakeover, []string{takeover}, frame(0xc1, one), "compressed message: flate: corrupt input"},
		{"cut short", wspush.DeflateTakeover, []string{takeover}, frame(0xc1, m[0][:7]), "compressed message: "},
		{"not UTF-8", wspush.DeflateTakeover, []string{takeover}, frame(0xc1, deflated("{\"seq\":1,\"due\":2,\"\xff\":0}")[0]), "UTF-8"},
		{"not a message", wspush.DeflateTakeover, []string{takeover}, frame(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"), "not a message"},
		{"too large", wspush.DeflateTakeover, []string{takeover}, long(0xc1, bomb), "16 MiB"},
		{"too large in fragments", wspush.DeflateNoTakeover, []string{noTakeover}, long(0x41, bomb[:1000]) + long(0x80, bomb[1000:]), "16 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.client.Deflate, s.fields = c.deflate, c.fields
				sent := s.script(c.frames, true)
				got, err := s.subscribe(t, time.Minute)
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want an error that says %q", err, c.says)
				}
				if frames := <-sent; frames != "880203ea" || got.sum.Up.Control != 8 {
					t.Errorf("the client sent %s, %d bytes booked; want a close frame with 1002, 8 bytes", frames, got.sum.Up.Control)
				}
			})
		})
	}
}

func TestCompressionThatWasNotOfferedIsRefused(t *testing.T) {
	for deflate, field := range map[wspush.Deflate]string{
		wspush.DeflateOff:        takeover,
		wspush.DeflateNoTakeover: takeover,
		wspush.DeflateTakeover:   takeover + "; client_max_window_bits=15",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.client.Deflate, s.fields = deflate, []string{field}
			s.script(frame(0x81, one), true)
			got, err := s.subscribe(t, time.Minute)
			if err == nil || !strings.HasPrefix(err.Error(), "opening handshake: 101 with Sec-WebSocket-Extensions [") || got.ready != 0 {
				t.Errorf("%s, answered %q: %v, ready %d times; want a refusal", deflate, field, err, got.ready)
			}
		})
	}
}

// A client that would measure something else than it was told to does not begin.
func TestCompressionThatIsDeclined(t *testing.T) {
	for _, c := range []struct {
		asked  wspush.Deflate
		fields []string
		says   string
	}{
		{wspush.DeflateNoTakeover, nil, "the server does not compress messages: let it (--deflate no-takeover)"},
		{wspush.DeflateTakeover, nil, "the server does not compress messages: let it (--deflate takeover)"},
		{wspush.DeflateTakeover, []string{noTakeover}, "the server compresses each message by itself only"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.client.Deflate, s.fields = c.asked, c.fields
			s.script(frame(0x81, one), true)
			got, err := s.subscribe(t, time.Minute)
			if err == nil || !strings.Contains(err.Error(), c.says) || got.ready != 0 {
				t.Errorf("%s, answered %q: %v, ready %d times; want %q", c.asked, c.fields, err, got.ready, c.says)
			}
		})
	}
}

// pushed is what our client got from our handler, with these two ways to compress: a gap of one
// message and then size bytes each of three messages.
func pushed(t *testing.T, server, client wspush.Deflate, size int) (got *sink) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h, s := newHost(t), newSite(t)
		h.handler.Deflate, s.client.Deflate = server, client
		s.client.Dialer.Dial = h.network.DialContext
		for range 3 {
			if _, err := h.handler.Feed.Topic(0).Publish(7, size); err != nil {
				t.Fatal(err)
			}
		}
		time.AfterFunc(time.Second, func() { _, _ = h.handler.Feed.Topic(0).Publish(7, size) })
		var err error
		if got, err = s.subscribe(t, 2*time.Second); err != nil || !slices.Equal(got.seqs, []uint64{2, 3, 4}) || got.missed != 1 {
			t.Errorf("%v, messages %v, %d missed; want [2 3 4] and 1", err, got.seqs, got.missed)
		}
	})
	return got
}

// Messages are compressed as the client wants it, where the server does as much. Each is one frame, and the short ones are compressed as well:
// but not by others, since the server compresses at Go's fastest level, which looks back to the
// message before and no further, and for less than 128 bytes not at all. So short ones get longer.
func TestBothSidesAgree(t *testing.T) {
	ways := []wspush.Deflate{wspush.DeflateOff, wspush.DeflateNoTakeover, wspush.DeflateTakeover}
	for theirs, server := range ways {
		for _, client := range ways[:theirs+1] {
			for _, size := range []int{feed.MinPayload, 128, 1000} {
				t.Run(fmt.Sprintf("%s for %s, %d bytes", server, client, size), func(t *testing.T) {
					got := pushed(t, server, client, size)
					var payload []int
					for _, unit := range got.units {
						if unit.Messages > 0 {
							payload = append(payload, int(unit.Down.Payload))
						}
					}
					if len(payload) != 3 || got.sum.Frames != 4 {
						t.Fatalf("messages took %d bytes in %d frames, want 3 and a gap in 4", payload, got.sum.Frames)
					}
					switch first, second, third := payload[0], payload[1], payload[2]; {
					case client == wspush.DeflateOff && (first != size || second != size || third != size),
						client != wspush.DeflateOff && (first == size || size >= 128 && first > size),
						client == wspush.DeflateNoTakeover && (second < first*19/20 || third < first*19/20),
						client == wspush.DeflateTakeover && size >= 128 && (second >= first*9/10 || third >= first*9/10):
						t.Errorf("messages of %d bytes took %d, with %s", size, payload, client)
					}
				})
			}
		}
	}
}

// A server on github.com/coder/websocket, the oracle, that writes piece by piece: it cuts messages
// into frames as its compressor puts them out, and ends each with an empty one.
func TestClientUnderstandsCompressedFragments(t *testing.T) {
	for _, mode := range []websocket.CompressionMode{websocket.CompressionNoContextTakeover, websocket.CompressionContextTakeover} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.client.Deflate = wspush.DeflateTakeover
			if mode == websocket.CompressionNoContextTakeover {
				s.client.Deflate = wspush.DeflateNoTakeover
			}
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: mode, CompressionThreshold: 1})
				if err != nil {
					t.Errorf("the server refused: %v", err)
					return
				}
				conn.CloseRead(t.Context())
				for range 3 {
					fragmented, _ := conn.Writer(t.Context(), websocket.MessageText)
					for part := range slices.Chunk([]byte(strings.Replace(two, "xyz", strings.Repeat("xyz", 1000), 1)), 700) {
						_, _ = fragmented.Write(part)
					}
					_ = fragmented.Close()
				}
				_ = conn.Close(websocket.StatusGoingAway, "")
			})}
			go func() { _ = server.Serve(s.listen) }()
			defer func() { _ = server.Close() }()
			got, err := s.subscribe(t, time.Minute)
			var closed *wspush.CloseError
			if !errors.As(err, &closed) || !slices.Equal(got.seqs, []uint64{2, 2, 2}) {
				t.Errorf("%v, messages %v; want [2 2 2] and a close frame", err, got.seqs)
			}
			if got.sum.Messages != 3 || got.sum.Frames < 6 || got.sum.Down.Payload > 500 {
				t.Errorf("%+v, want 3 messages of few bytes in at least 6 frames", got.sum)
			}
		})
	}
}

// The oracle's client reads what our handler sends, and each of the two can have the other not take
// over a context.
func TestHandlerCompressesForAnotherImplementation(t *testing.T) {
	for _, c := range []struct {
		deflate wspush.Deflate
		mode    websocket.CompressionMode
		answer  string
	}{
		{wspush.DeflateOff, websocket.CompressionContextTakeover, ""},
		{wspush.DeflateTakeover, websocket.CompressionDisabled, ""},
		{wspush.DeflateTakeover, websocket.CompressionContextTakeover, "permessage-deflate"},
		{wspush.DeflateTakeover, websocket.CompressionNoContextTakeover, "permessage-deflate; client_no_context_takeover; server_no_context_takeover"},
		{wspush.DeflateNoTakeover, websocket.CompressionContextTakeover, "permessage-deflate; client_no_context_takeover; server_no_context_takeover"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHost(t)
			h.handler.Deflate = c.deflate
			conn, response, err := websocket.Dial(t.Context(), "ws://server:80/ws", &websocket.DialOptions{HTTPClient: &h.client, CompressionMode: c.mode})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			if got := strings.Join(response.Header.Values("Sec-WebSocket-Extensions"), ", "); got != c.answer {
				t.Errorf("%s for %v: answered %q, want %q", c.deflate, c.mode, got, c.answer)
			}
			for range 3 {
				wantText(t, conn, publish(t, h.handler.Feed))
			}
			wantCounts(t, string(c.deflate), h.handler.Counters, counts{subscribers: 1, sent: 3, upgrades: 1})
		})
	}
}

// Whatever a server sends, the ledger accounts for every byte of it.
func FuzzSubscribe(f *testing.F) {
	m := deflated(one, two)
	f.Add([]byte(frame(0xc1, m[0])+frame(0xc1, m[1])), byte(2))
	f.Add([]byte(frame(0x41, m[0][:4])+frame(0x89, "x")+frame(0x80, m[0][4:])+frame(0x81, two)), byte(1))
	f.Add([]byte(frame(0x81, one)+frame(0x01, two[:3])+frame(0x80, two[3:])+frame(0x88, "\x03\xe9")), byte(0))
	f.Add([]byte(frame(0x81, `{"missed":3,"next":6}`)+frame(0xc9, "")), byte(2))
	f.Fuzz(func(t *testing.T, frames []byte, agreed byte) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			switch agreed % 3 {
			case 1:
				s.client.Deflate, s.fields = wspush.DeflateNoTakeover, []string{noTakeover}
			case 2:
				s.client.Deflate, s.fields = wspush.DeflateTakeover, []string{takeover}
			}
			sent := s.script(string(frames), true)
			got, err := s.subscribe(t, time.Minute)
			if err == nil || got.sum.Messages != int64(len(got.seqs)) || got.sum.Frames < got.sum.Messages {
				t.Errorf("%v, %+v with messages %v", err, got.sum, got.seqs)
			}
			// No byte of a frame is a layer's that it does not belong to.
			if down := got.sum.Down; down.Header != 0 || down.TLS != 0 || down.Framing+down.Payload != int64(len(frames)) {
				t.Errorf("%d bytes of frames booked as %+v", len(frames), down)
			}
			<-sent
		})
	})
}
