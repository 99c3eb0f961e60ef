package http1_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http/httputil"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
)

func TestBody(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 1000) // several times the reader's buffer
	for _, c := range []struct{ name, head, wire, body string }{
		{"sized", sized, "hello", "hello"},
		{"sized, long", "HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n", long, long},
		{"sized, empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", ""},
		{"error with a body", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n", "no\n", "no\n"},
		// RFC 9112 section 6.3: these end at the blank line, whatever their fields say.
		{"204", noContent, "", ""},
		{"204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "", ""},
		{"204 in chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "", ""},
		{"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", ""},
		// RFC 9112 section 7.1.
		{"chunked", chunked, "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"},
		{"chunked, empty", chunked, "0\r\n\r\n", ""},
		{"chunked, one of 16", chunked, "10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef"},
		{"chunked, long", chunked, "3E80\r\n" + long + "\r\n0\r\n\r\n", long},
		{"upper and lower case size", chunked, "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
		{"leading zeros", chunked, "005\r\nhello\r\n000\r\n\r\n", "hello"},
		{"extensions", chunked, "5;a=b;c=\"d\"\r\nhello\r\n5 ; e\r\nagain\r\n0;f\r\n\r\n", "helloagain"},
		{"white space after the size", chunked, "5 \t\r\nhello\r\n0 \r\n\r\n", "hello"},
		{"trailer", chunked, "5\r\nhello\r\n0\r\nX: y\r\nZ: 1\r\n\r\n", "hello"},
		{"64 trailer fields", chunked, "0\r\n" + strings.Repeat("X: y\r\n", 64) + "\r\n", ""},
		{"line ends in the data", chunked, "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
		{"chunked despite a length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"},
	} {
		for _, a := range arrivals {
			t.Run(c.name+", "+a.name, func(t *testing.T) {
				conn := a.receive(t, c.head+c.wire+noContent)
				head, err := conn.ReadHead()
				if err != nil {
					t.Fatal(err)
				}
				wantBody(t, conn, head, c.body, len(c.wire))
				wantHead(t, conn, 204, len(noContent)) // what follows was not touched
			})
		}
	}
}

func TestBodyToTheEndOfTheConnection(t *testing.T) {
	for _, a := range arrivals {
		c := a.receive(t, toEnd+"all that\r\n\r\ncomes")
		wantBody(t, c, wantHead(t, c, 200, len(toEnd)), "all that\r\n\r\ncomes", 17)
	}
}

// A reader's buffer may have any size, and an ended body stays ended.
func TestBodyKeepsTheContractOfAReader(t *testing.T) {
	for _, stream := range []string{sized + "hello", chunked + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", toEnd + "hello"} {
		c := receive(t, stream)
		head, err := c.ReadHead()
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(c.Body(head), []byte("hello")); err != nil {
			t.Errorf("%q: %v", stream, err)
		}
	}
}

// The data of a chunk and the line end behind it are consumed together, so that an event is booked
// with all of its own bytes and none of the next.
func TestChunkIsConsumedWithItsLineEnd(t *testing.T) {
	const first, second = "6\r\nfirst\n\r\n", "7\r\nsecond\n\r\n"
	c := receive(t, chunked+first+second)
	body := c.Body(wantHead(t, c, 200, len(chunked)))
	want := int64(len(chunked))
	for _, chunk := range []string{first, second} {
		if _, err := body.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		want += int64(len(chunk))
		if c.Consumed() != want {
			t.Errorf("%d bytes consumed after %q, want %d", c.Consumed(), chunk, want)
		}
	}
}

func TestTruncatedBodyIsAnError(t *testing.T) {
	for _, stream := range []string{
		sized + "hello",
		chunked + "5;x\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n",
	} {
		start := strings.Index(stream, "\r\n\r\n") + 4
		for n := start; n < len(stream); n++ {
			c := receive(t, stream[:n])
			body, err := exchange.ReadAll(c.Body(wantHead(t, c, 200, start)), nil, 100)
			if !errors.Is(err, io.ErrUnexpectedEOF) || c.Consumed() != int64(n) {
				t.Errorf("%q: body %q, %v, %d consumed; want %v and %d", stream[:n], body, err, c.Consumed(), io.ErrUnexpectedEOF, n)
			}
		}
	}
}

func TestMalformedChunks(t *testing.T) {
	for _, stream := range []string{
		"\r\n", "x\r\n", "-1\r\n", "0x5\r\nhello\r\n", " 5\r\nhello\r\n", ";a\r\n", "5 5\r\nhello\r\n",
		"5\nhello\r\n0\r\n\r\n",                        // a bare LF ends no chunk line (RFC 9112 section 7.1)
		"5;a\rb\r\nhello\r\n0\r\n\r\n",                 // nor does a bare CR stand in one (section 2.2)
		"5\r\nhello!\r\n0\r\n\r\n",                     // longer than it said
		"5\r\nhell\r\n0\r\n\r\n",                       // shorter
		"5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", // without its line end
		"0\r\nX: y\n\r\n", "0\r\n\n",
		"ffffffffffffffff\r\n", "10000000000000000\r\n", "0000000000005\r\nhello\r\n",
		"0\r\n" + strings.Repeat("X: y\r\n", 65) + "\r\n",
		"5;" + strings.Repeat("x", 5000) + "\r\nhello\r\n0\r\n\r\n",
	} {
		c := receive(t, chunked+stream)
		body, err := exchange.ReadAll(c.Body(wantHead(t, c, 200, len(chunked))), nil, 100)
		if !errors.Is(err, http1.ErrMalformedChunk) {
			t.Errorf("%.40q: body %q, %v; want %v", stream, body, err, http1.ErrMalformedChunk)
		}
	}
}

func TestReadAllIsBounded(t *testing.T) {
	for limit, ok := range map[int]bool{0: false, 4: false, 5: true, 6: true} {
		c := receive(t, sized+"hello")
		body, err := exchange.ReadAll(c.Body(wantHead(t, c, 200, len(sized))), make([]byte, 0, 3), limit)
		if (err == nil) != ok {
			t.Errorf("5 bytes with a limit of %d: %q, %v; want success: %t", limit, body, err, ok)
		}
	}
}

// FuzzChunked compares with the standard library's reader. Where the two differ on purpose:
//   - ours allows white space before the semicolon of an extension (RFC 9112 section 7.1.1, BWS),
//   - ours does not weigh extensions against data, as it reads from a server that its user chose,
//   - ours refuses a size of more than 12 digits, be they zeros,
//   - ours reads the trailer, too, and refuses one whose lines do not end with CRLF.
func FuzzChunked(f *testing.F) {
	for _, seed := range []string{
		"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "A;x=y\r\n0123456789\r\n0\r\nX: y\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
		"5 ;a\r\nhello\r\n0\r\n\r\n", "0000000000005\r\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "0\r\n\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if len(stream) > 1<<14 {
			return // below this the oracle's weighing of extensions plays no part
		}
		reader := bufio.NewReader(bytes.NewReader(stream))
		want, wantErr := io.ReadAll(httputil.NewChunkedReader(reader))
		got, _, err := decodeChunked(t, stream)
		if err == nil && (wantErr != nil || !bytes.Equal(got, want)) && !spaceBeforeExtension.Match(stream) {
			t.Fatalf("decoded %q, the standard library %q, %v", got, want, wantErr)
		}
		if wantErr != nil || longSize.Match(stream) {
			return
		}
		rest, _ := io.ReadAll(reader)
		whole := append(bytes.Clone(stream[:len(stream)-len(rest)]), "\r\n"...) // with an empty trailer
		got, consumed, err := decodeChunked(t, append(whole, noContent...))
		if err != nil || !bytes.Equal(got, want) || consumed != len(whole) {
			t.Fatalf("decoded %q, %v, of %d bytes; the standard library %q of %d", got, err, consumed, want, len(whole))
		}
	})
}

var (
	spaceBeforeExtension = regexp.MustCompile(`[ \t];`)
	longSize             = regexp.MustCompile(`[0-9A-Fa-f]{13}`)
)

// decodeChunked decodes stream, and returns how many bytes the body took.
func decodeChunked(t *testing.T, stream []byte) (body []byte, consumed int, err error) {
	t.Helper()
	c := receive(t, chunked+string(stream))
	head := wantHead(t, c, 200, len(chunked))
	body, err = exchange.ReadAll(c.Body(head), nil, 1<<20)
	return body, int(c.Consumed()) - len(chunked), err
}

func BenchmarkChunkedBody(b *testing.B) {
	const stream = chunked + "80\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n0\r\n\r\n"
	c, server := connect(b)
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = io.WriteString(server, stream)
		head, err := c.ReadHead()
		if err != nil {
			b.Fatal(err)
		}
		if buf, err = exchange.ReadAll(c.Body(head), buf, 256); err != nil || len(buf) != 128 {
			b.Fatalf("%d bytes, %v", len(buf), err)
		}
	}
}
