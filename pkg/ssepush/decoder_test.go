package ssepush

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// decodeAll decodes a stream that comes in these pieces, and returns its events as text.
func decodeAll(t *testing.T, pieces ...string) (events []string) {
	t.Helper()
	var d decoder
	for _, piece := range pieces {
		for p := []byte(piece); len(p) > 0; {
			n, e, complete, err := d.next(p)
			if err != nil {
				t.Fatalf("%q: %v", piece, err)
			}
			if n == 0 || !complete && n != len(p) {
				t.Fatalf("%q: took %d of %d bytes, complete: %t", piece, n, len(p), complete)
			}
			p = p[n:]
			if complete && e.HasData {
				events = append(events, string(e.Type)+"|"+string(e.Data))
			}
		}
	}
	return events
}

func bytewise(stream string) (pieces []string) {
	for i := range len(stream) {
		pieces = append(pieces, stream[i:i+1])
	}
	return pieces
}

// The HTML Living Standard, sections 9.2.5 and 9.2.6, a rule at a time.
func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"one event", "data: hello\n\n", []string{"|hello"}},
		{"no space", "data:hello\n\n", []string{"|hello"}},
		{"one space is taken off, no more", "data:  hello \n\n", []string{"| hello "}},
		{"CR", "data: a\rdata: b\r\rdata: c\r\r", []string{"|a\nb", "|c"}},
		{"CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", []string{"|a\nb", "|c"}},
		{"all three", "data: a\rdata: b\r\ndata: c\n\r\ndata: d\n\r", []string{"|a\nb\nc", "|d"}},
		{"LF CR is two line ends", "data: a\n\rdata: b\n\n", []string{"|a", "|b"}},
		{"byte order mark", "\ufeffdata: a\n\n", []string{"|a"}},
		{"only the first byte order mark", "\ufeff\ufeffdata: a\n\ndata: b\n\n", []string{"|b"}},
		{"no byte order mark later", "data: a\n\n\ufeffdata: b\n\n", []string{"|a"}},
		{"empty lines of data", "data\n\ndata\ndata\n\ndata:\n\n", []string{"|", "|\n", "|"}},
		{"type", "event: gap\ndata: a\n\ndata: b\n\n", []string{"gap|a", "|b"}},
		{"the last type", "event: x\nevent: gap\ndata: a\n\n", []string{"gap|a"}},
		{"no data, no event", "event: gap\nid: 7\n\n: comment\n\nretry: 5\n\n\n\ndata: a\n\n", []string{"|a"}},
		{"comments within", ":\ndata: a\n:data: no\ndata: b\n\n", []string{"|a\nb"}},
		{"unknown and capital fields", "DATA: no\ndatum: no\nfoo\n data: no\ndata: a\n\n", []string{"|a"}},
		{"colons in the data", "data: a:b: c\n\n", []string{"|a:b: c"}},
		{"cut off", "data: a\n\ndata: b\n", []string{"|a"}},
		{"nothing", "", nil},
		// The examples of section 9.2.6.
		{"stock ticker", "data: YHOO\ndata: +2\ndata: 10\n\n", []string{"|YHOO\n+2\n10"}},
		{"four blocks", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n", []string{"|first event", "|second event", "| third event"}},
		{"two events", "data\n\ndata\ndata\n\ndata:", []string{"|", "|\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decodeAll(t, c.stream); !slices.Equal(got, c.want) {
				t.Errorf("at once: %q, want %q", got, c.want)
			}
			if got := decodeAll(t, bytewise(c.stream)...); !slices.Equal(got, c.want) {
				t.Errorf("bytewise: %q, want %q", got, c.want)
			}
		})
	}
}

// Where a stream is cut is the network's business: every cut in two, in three, and into single
// bytes gives the same events.
func TestEventsSurviveEveryCut(t *testing.T) {
	const stream = "\ufeff: hi\r\n\r\ndata: one\r\rid: 7\r\nevent: gap\ndata: two\r\ndata: lines\n\r\n:\n\ndata: \"d\u00e9j\u00e0\"\r\ndata\r\n\r\ndata:x\n\n"
	want := []string{"|one", "gap|two\nlines", "|\"d\u00e9j\u00e0\"\n", "|x"}
	if got := decodeAll(t, bytewise(stream)...); !slices.Equal(got, want) {
		t.Fatalf("bytewise: %q, want %q", got, want)
	}
	for i := range len(stream) + 1 {
		for j := i; j <= len(stream); j++ {
			if got := decodeAll(t, stream[:i], stream[i:j], stream[j:]); !slices.Equal(got, want) {
				t.Fatalf("cut at %d and %d: %q, want %q", i, j, got, want)
			}
		}
	}
}

// What appendEvent writes is what the decoder reads, line ends turned into LF.
func TestPayloadWithLineBreaksArrivesWithLF(t *testing.T) {
	for data, want := range map[string]string{
		`{"seq":1,"due":2}`:             `{"seq":1,"due":2}`,
		"{\r\n\"seq\":1,\r\"due\":2\n}": "{\n\"seq\":1,\n\"due\":2\n}",
		"\n\n":                          "\n\n", "": "", "data: x": "data: x", " x": " x", ":": ":", "\ufeff": "\ufeff",
	} {
		stream := string(appendEvent(nil, 1, "", []byte(data)))
		if got := decodeAll(t, bytewise(stream)...); !slices.Equal(got, []string{"|" + want}) {
			t.Errorf("%q arrived as %q, want %q", data, got, want)
		}
	}
}

// An event ends with its blank line, and not a byte later: the next one is not waited for. The LF of
// a CRLF that comes late belongs to what follows.
func TestEventIsCompleteAtItsBlankLine(t *testing.T) {
	var d decoder
	const first = "data: a\r\n\r"
	n, e, complete, err := d.next([]byte(first))
	if n != len(first) || !complete || string(e.Data) != "a" || err != nil {
		t.Errorf("took %d of %d, complete: %t, %q, %v", n, len(first), complete, e.Data, err)
	}
	n, _, complete, err = d.next([]byte("\n"))
	if n != 1 || complete || err != nil {
		t.Errorf("the late LF: took %d, complete: %t, %v; want 1 and no event", n, complete, err)
	}
	n, e, complete, _ = d.next([]byte("data: b\n\ndata: c\n\n"))
	if n != len("data: b\n\n") || !complete || string(e.Data) != "b" {
		t.Errorf("took %d, complete: %t, %q; want the one event b", n, complete, e.Data)
	}
}

// Whatever a server sends without end, memory has one.
func TestDecoderIsBounded(t *testing.T) {
	piece := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct{ start, more string }{
		"a line without end":      {"data: ", piece},
		"a comment without end":   {":", piece},
		"lines of data, no event": {"", "data: " + piece + "\n"},
		"a type without end":      {"event: ", piece},
	} {
		t.Run(name, func(t *testing.T) {
			var d decoder
			_, _, _, err := d.next([]byte(c.start))
			for sent := 0; err == nil; sent += len(c.more) {
				if sent > 8*maxEventBytes {
					t.Fatalf("%d bytes taken, want an error", sent)
				}
				_, _, _, err = d.next([]byte(c.more))
			}
			if !errors.Is(err, errEventTooLarge) || cap(d.line)+cap(d.data) > 4*maxEventBytes {
				t.Errorf("%v with %d bytes of memory, want %v", err, cap(d.line)+cap(d.data), errEventTooLarge)
			}
		})
	}
}

// cuts turns fuzz data into pieces of a stream.
func cuts(stream string, at []byte) (pieces []string) {
	for _, n := range at {
		n := min(int(n), len(stream))
		pieces = append(pieces, stream[:n])
		stream = stream[n:]
	}
	return append(pieces, stream)
}

// plainDecode is the oracle: the standard's algorithm on the whole stream, as simply as can be said.
func plainDecode(stream string) (events []string) {
	stream = strings.TrimPrefix(stream, "\ufeff")
	stream = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(stream)
	var typ string
	var data []string
	lines := strings.Split(stream, "\n")
	for _, line := range lines[:len(lines)-1] { // the last has no line end
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data != nil:
			events = append(events, typ+"|"+strings.Join(data, "\n"))
			fallthrough
		case line == "":
			typ, data = "", nil
		case name == "data":
			data = append(data, value)
		case name == "event":
			typ = value
		}
	}
	return events
}

func FuzzDecoder(f *testing.F) {
	f.Add("data: a\r\n\r\nevent: gap\rdata: b\ndata\n\n", []byte{1, 9, 1, 0, 3})
	f.Add("\ufeffdata: a\n\n\ufeffdata: b\n\n", []byte{2})
	f.Fuzz(func(t *testing.T, stream string, at []byte) {
		want := plainDecode(stream)
		for name, pieces := range map[string][]string{"at once": {stream}, "bytewise": bytewise(stream), "cut": cuts(stream, at)} {
			if got := decodeAll(t, pieces...); !slices.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

// Any payload survives the way through an event.
func FuzzEventRoundTrip(f *testing.F) {
	f.Add(uint64(1), "a\r\nb\rc\n")
	f.Fuzz(func(t *testing.T, id uint64, data string) {
		stream := appendEvent(nil, id, gapEvent, []byte(data))
		want := "gap|" + strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data)
		if got := decodeAll(t, string(stream)); !slices.Equal(got, []string{want}) {
			t.Fatalf("%q arrived as %q", want, got)
		}
		if !bytes.HasPrefix(stream, strconv.AppendUint([]byte("id: "), id, 10)) {
			t.Fatalf("%q does not start with its id", stream)
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	stream := appendEvent(nil, 123_456, "", []byte(`{"seq":123456,"due":7890123456789,"pad":"`+strings.Repeat("x", 85)+`"}`))
	var d decoder
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, complete, err := d.next(stream); !complete || err != nil {
			b.Fatal(complete, err)
		}
	}
}
