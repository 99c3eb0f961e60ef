package wspush

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"pollpush/pkg/http1"
)

// deflater compresses messages by those before it, as section 7.2.1 of RFC 7692 describes.
type deflater struct {
	out    bytes.Buffer
	writer *flate.Writer
}

func newDeflater(t testing.TB, level int) *deflater {
	t.Helper()
	d := new(deflater)
	w, err := flate.NewWriter(&d.out, level)
	if err != nil {
		t.Fatal(err)
	}
	d.writer = w
	return d
}

func (d *deflater) message(text []byte) []byte {
	d.out.Reset()
	_, _ = d.writer.Write(text) // to memory
	_ = d.writer.Flush()
	return bytes.TrimSuffix(bytes.Clone(d.out.Bytes()), []byte("\x00\x00\xff\xff"))
}

// read returns the texts in unmasked frames, in hexadecimal.
func read(t *testing.T, agreed Deflate, frames string) (texts []string, err error) {
	t.Helper()
	source := http1.NewReader(bytes.NewReader(unhex(t, frames)))
	r := &reader{inflater: newInflater(agreed)}
	for {
		h, err := readHeader(source, r.inflater != nil)
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return texts, err
		}
		r.buf = make([]byte, h.length)
		if _, err := io.ReadFull(source, r.buf); err != nil {
			t.Fatal(err)
		}
		message, err := r.assemble(h)
		if err == nil && h.fin && r.compressed {
			message, err = r.inflater.inflate(message)
		}
		if err != nil {
			return texts, err
		}
		if h.fin {
			texts = append(texts, string(message))
		}
	}
}

// The examples of RFC 7692 section 7.2.3, and what follows from them.
func TestInflate(t *testing.T) {
	const first, again = "c1 07 f2 48 cd c9 c9 07 00", "c1 05 f2 00 11 00 00"
	for _, c := range []struct {
		name   string
		agreed Deflate
		frames string
		want   string
	}{
		{"one block (7.2.3.1)", DeflateNoTakeover, first, "Hello"},
		{"fragmented (7.2.3.1)", DeflateNoTakeover, "41 03 f2 48 cd 80 04 c9 c9 07 00", "Hello"},
		{"fragmented with an empty end", DeflateNoTakeover, "41 07 f2 48 cd c9 c9 07 00 80 00", "Hello"},
		{"each by itself (7.2.3.2)", DeflateNoTakeover, first + first, "Hello Hello"},
		{"each by itself is no harm", DeflateTakeover, first + first, "Hello Hello"},
		{"sharing the window (7.2.3.2)", DeflateTakeover, first + again, "Hello Hello"},
		{"and again", DeflateTakeover, first + again + again, "Hello Hello Hello"},
		{"fragmented, sharing", DeflateTakeover, first + "41 02 f2 00 00 00 80 03 11 00 00", "Hello Hello"},
		{"a plain message is not in the window", DeflateTakeover, first + "81 03 62 79 65" + again, "Hello bye Hello"},
		{"without compression (7.2.3.3)", DeflateNoTakeover, "c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"},
		{"BFINAL (7.2.3.4)", DeflateNoTakeover, "c1 08 f3 48 cd c9 c9 07 00 00", "Hello"},
		{"BFINAL, shared", DeflateTakeover, "c1 08 f3 48 cd c9 c9 07 00 00" + again, "Hello Hello"},
		{"BFINAL, and the next block points across", DeflateNoTakeover, "c1 0c f3 48 cd c9 c9 07 00 f2 00 11 00 00", "HelloHello"},
		{"two blocks (7.2.3.5)", DeflateNoTakeover, "c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"},
		{"empty (7.2.3.6)", DeflateNoTakeover, "c1 01 00", ""},
	} {
		got, err := read(t, c.agreed, c.frames)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestInflateRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		agreed Deflate
		frames string
	}{
		{"no block at all", DeflateNoTakeover, "c1 00"},
		{"cut in a header", DeflateNoTakeover, "c1 01 f2"},
		{"cut in a text", DeflateNoTakeover, "c1 04 f2 48 cd c9"},
		{"cut in a stored block", DeflateNoTakeover, "c1 08 00 05 00 fa ff 48 65 6c"},
		{"nothing behind BFINAL", DeflateNoTakeover, "c1 07 f3 48 cd c9 c9 07 00"},
		{"a block of the fourth kind", DeflateNoTakeover, "c1 01 07"},
		{"a stored block whose lengths differ", DeflateNoTakeover, "c1 06 00 01 00 fa ff 48"},
		{"a window that was not agreed on", DeflateNoTakeover, "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00"},
		{"nothing to point to", DeflateTakeover, "c1 05 f2 00 11 00 00"},
	} {
		if got, err := read(t, c.agreed, c.frames); err == nil || !strings.HasPrefix(err.Error(), "compressed message: ") {
			t.Errorf("%s: %q, %v; want a refusal", c.name, got, err)
		}
	}
}

// What is kept is enough to point back 32 KiB, and no more than that and a message.
func TestInflateKeepsTheWindow(t *testing.T) {
	const window = 32 << 10
	noise := make([]byte, window)
	random := rand.NewChaCha8([32]byte{7})
	_, _ = random.Read(noise)
	d, i := newDeflater(t, flate.BestCompression), newInflater(DeflateTakeover)
	const size = window / 4 // the same comes again after three others: as far back as one can point, but for some bytes
	for n := range 12 {
		text := noise[n%4*size:][:size-100]
		message := d.message(text)
		if n >= 4 && len(message) > 200 {
			t.Errorf("message %d takes %d bytes, and proves nothing", n, len(message))
		}
		got, err := i.inflate(message)
		if err != nil || !bytes.Equal(got, text) {
			t.Fatalf("message %d: %d bytes, %v; want the %d that were compressed", n, len(got), err, len(text))
		}
		if len(i.text) > window+size {
			t.Errorf("after message %d %d bytes are kept", n, len(i.text))
		}
	}
}

// A message may be as large compressed as not; a little that becomes very much is refused before it
// takes the memory.
func TestInflateBoundsMessages(t *testing.T) {
	zeros := make([]byte, 3*maxMessageBytes)
	compressed := func(size int) []byte { return newDeflater(t, flate.BestSpeed).message(zeros[:size]) }
	largest, larger, bomb := compressed(maxMessageBytes), compressed(maxMessageBytes+1), compressed(len(zeros))
	for _, agreed := range []Deflate{DeflateNoTakeover, DeflateTakeover} {
		i := newInflater(agreed)
		for range 2 { // with a window in front, too
			if got, err := i.inflate(largest); err != nil || len(got) != maxMessageBytes {
				t.Errorf("%s: the largest message: %d bytes, %v", agreed, len(got), err)
			}
		}
		for _, message := range [][]byte{larger, bomb} {
			i := newInflater(agreed)
			if _, err := i.inflate(message); !errors.Is(err, errMessageLarge) {
				t.Errorf("%s: %d bytes that become too many: %v, want %v", agreed, len(message), err, errMessageLarge)
			}
			if cap(i.text) > 2*maxMessageBytes {
				t.Errorf("%s: %d bytes that become too many took a buffer of %d", agreed, len(message), cap(i.text))
			}
		}
	}
}

// What was compressed by compress/flate, at any level, with a context or without, comes out as it was.
func FuzzInflateRoundTrip(f *testing.F) {
	f.Add([]byte("Hello Hello"), 5, 1, uint16(1), true)
	f.Add([]byte(`{"seq":1,"due":2}{"seq":2,"due":3}`), 17, 9, uint16(1), false)
	f.Add([]byte("a window and more of it"), 4, 6, uint16(3000), true)
	deflaters := make(map[int]*deflater) // they are large
	f.Fuzz(func(t *testing.T, texts []byte, size, level int, repeat uint16, takeover bool) {
		texts = bytes.Repeat(texts, 1+int(repeat)%(1+(1<<16)/max(1, len(texts))))
		size = max(size, 1+len(texts)/8)
		level = flate.HuffmanOnly + int(uint(level)%12) // to BestCompression
		agreed := DeflateNoTakeover
		if takeover {
			agreed = DeflateTakeover
		}
		d, i := deflaters[level], newInflater(agreed)
		if d == nil {
			d = newDeflater(t, level)
			deflaters[level] = d
		}
		for n := 0; len(texts) > 0; n++ {
			text := texts[:min(size, len(texts))]
			texts = texts[len(text):]
			if n == 0 || !takeover {
				d.writer.Reset(&d.out)
			}
			got, err := i.inflate(d.message(text))
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%q came out as %q, %v", text, got, err)
			}
		}
	})
}

// Whatever comes, it is refused or inflated, and no more than that is kept.
func FuzzInflate(f *testing.F) {
	for _, seed := range []string{"f248cdc9c90700", "f3 48 cd c9 c9 07 00 00", "00 05 00 fa ff 48 65 6c 6c 6f 00", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "0300030003000000"} {
		f.Add(unhex(f, seed), unhex(f, "f200110000"))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		i, alone := newInflater(DeflateTakeover), newInflater(DeflateNoTakeover)
		for _, message := range [][]byte{first, second} {
			text, err := i.inflate(bytes.Clone(message))
			if len(text) > maxMessageBytes || err != nil && text != nil {
				t.Fatalf("% x: %d bytes, %v", message, len(text), err)
			}
			// What needs no window is the same without one.
			plain, plainErr := alone.inflate(bytes.Clone(message))
			if plainErr == nil && (err != nil || !bytes.Equal(plain, text)) {
				t.Fatalf("% x: %q, %v; without a window %q", message, text, err, plain)
			}
			if err != nil {
				return
			}
		}
	})
}

func BenchmarkInflate(b *testing.B) {
	text := []byte(`{"seq":1,"due":1234567890123,"pad":"` + strings.Repeat("x", 90) + `"}`)
	for _, agreed := range []Deflate{DeflateNoTakeover, DeflateTakeover} {
		b.Run(string(agreed), func(b *testing.B) {
			d, i := newDeflater(b, flate.BestSpeed), newInflater(agreed)
			message := d.message(text)
			message = append(message, inflateTail...)[:len(message)]
			b.ReportAllocs()
			b.ReportMetric(float64(len(message)), "wire-B/message")
			for b.Loop() {
				if _, err := i.inflate(message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
