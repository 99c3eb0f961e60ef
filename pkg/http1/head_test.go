package http1_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pollpush/pkg/http1"
)

const (
	switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	sized     = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
	noContent = "HTTP/1.1 204 No Content\r\n\r\n"
	chunked   = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	toEnd     = "HTTP/1.1 200 OK\r\n\r\n"
	interim   = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
)

// What counts is what was taken out of the reader, not what the Read brought: the frames behind a
// 101 belong to nobody yet.
func TestSwitchingProtocolsEndsAtItsBlankLine(t *testing.T) {
	const frames = "\x81\x02hi\x81\x03you"
	for _, a := range arrivals {
		t.Run(a.name, func(t *testing.T) {
			c := a.receive(t, switching+frames)
			head := wantHead(t, c, 101, len(switching))
			wantBody(t, c, head, "", 0)
			rest, err := io.ReadAll(c.Reader())
			if err != nil || string(rest) != frames || c.Consumed() != int64(len(switching+frames)) {
				t.Errorf("after the head: %q, %v, %d consumed in all; want %q", rest, err, c.Consumed(), frames)
			}
		})
	}
}

// Responses of every kind, one behind the other, each with exactly its own bytes.
func TestPipelinedResponses(t *testing.T) {
	const chunks = "5\r\nhello\r\n0\r\n\r\n"
	for _, a := range arrivals {
		t.Run(a.name, func(t *testing.T) {
			c := a.receive(t, sized+"first"+noContent+chunked+chunks+interim+interim+sized+"third"+toEnd+"to the end")
			wantBody(t, c, wantHead(t, c, 200, len(sized)), "first", 5)
			wantBody(t, c, wantHead(t, c, 204, len(noContent)), "", 0)
			wantBody(t, c, wantHead(t, c, 200, len(chunked)), "hello", len(chunks))
			// Interim responses (RFC 9110 section 15.2) belong to the head of the final one.
			wantBody(t, c, wantHead(t, c, 200, len(interim+interim+sized)), "third", 5)
			wantBody(t, c, wantHead(t, c, 200, len(toEnd)), "to the end", len("to the end"))
		})
	}
}

func TestTruncatedHeadIsAnError(t *testing.T) {
	whole := interim + sized
	for n := range len(whole) {
		c := receive(t, whole[:n])
		head, err := c.ReadHead()
		if err == nil {
			t.Errorf("%q: status %d, want an error", whole[:n], head.Status)
		}
		if head.Bytes != int64(n) || c.Consumed() != int64(n) {
			t.Errorf("%q: %d bytes booked, %d consumed; want all %d", whole[:n], head.Bytes, c.Consumed(), n)
		}
	}
}

func TestHeadTooLarge(t *testing.T) {
	for name, stream := range map[string]string{
		"one line":    "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*http1.MaxHeadBytes),
		"many fields": "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", http1.MaxHeadBytes/3),
		"many heads":  strings.Repeat(interim, 2*http1.MaxHeadBytes/len(interim)),
	} {
		c := receive(t, stream)
		head, err := c.ReadHead()
		if !errors.Is(err, http1.ErrHeadTooLarge) {
			t.Errorf("%s: %v, want %v", name, err, http1.ErrHeadTooLarge)
		}
		if read := c.Meter().BytesRead(); read < http1.MaxHeadBytes || read > http1.MaxHeadBytes+4096 || head.Bytes != c.Consumed() {
			t.Errorf("%s: gave up after %d bytes of which %d are booked; want about %d", name, read, head.Bytes, http1.MaxHeadBytes)
		}
	}
}

// The bound is on a head, not on the connection: a long body uses none of it up.
func TestBoundOfTheHeadIsNotOnTheBody(t *testing.T) {
	long := strings.Repeat("x", 2*http1.MaxHeadBytes)
	c := receive(t, "HTTP/1.1 200 OK\r\nContent-Length: 131072\r\n\r\n"+long+sized+"hello")
	head, err := c.ReadHead()
	if err != nil {
		t.Fatal(err)
	}
	wantBody(t, c, head, long, len(long))
	wantBody(t, c, wantHead(t, c, 200, len(sized)), "hello", 5)
}

func TestReceivedIsAReadingOfTheMeter(t *testing.T) {
	before := clk.Now()
	c := receive(t, sized)
	wantHead(t, c, 200, len(sized))
	if r := c.Meter().Received(); r < before || r > clk.Now() {
		t.Errorf("received at %d, want it after %d and before now", r, before)
	}
}

// readHeads reads as many heads as ReadHead does with net/http, the oracle. Their length is told
// without it: a head goes up to its first empty line.
func readHeads(stream string) (head *http.Response, length int, err error) {
	reader := bufio.NewReader(strings.NewReader(stream))
	for {
		if head, err = http.ReadResponse(reader, nil); err != nil {
			return nil, 0, err
		}
		length += headLength(stream[length:])
		if head.StatusCode >= 200 || head.StatusCode == http.StatusSwitchingProtocols {
			return head, length, nil
		}
	}
}

func headLength(stream string) int {
	n := 0
	for line := range strings.Lines(stream) {
		n += len(line)
		if line == "\r\n" || line == "\n" {
			break
		}
	}
	return n
}

func FuzzReadHead(f *testing.F) {
	for _, seed := range append(slices.Clone(unusualHeads),
		switching, sized+"hello", noContent, chunked, toEnd, interim+sized, plainHead,
		"HTTP/1.0 200\nA: b\n c\n\nrest", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
	) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		if len(stream) > http1.MaxHeadBytes {
			return // the oracle knows no such bound
		}
		likeNetHTTP(t, stream)
	})
}

// likeNetHTTP compares a head with what net/http makes of it.
func likeNetHTTP(t *testing.T, stream string) {
	t.Helper()
	c := receive(t, stream)
	got, err := c.ReadHead()
	if got.Bytes != c.Consumed() {
		t.Fatalf("%d bytes booked, %d consumed", got.Bytes, c.Consumed())
	}
	want, length, wantErr := readHeads(stream)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: %v, but net/http says %v", stream, err, wantErr)
	}
	if err != nil {
		return
	}
	if got.Status != want.StatusCode || got.Bytes != int64(length) || got.Length != want.ContentLength {
		t.Fatalf("status %d, %d bytes, then %d; want %d, %d, then %d",
			got.Status, got.Bytes, got.Length, want.StatusCode, length, want.ContentLength)
	}
	if isChunked := len(want.TransferEncoding) > 0; got.Chunked != isChunked || got.Close != want.Close {
		t.Fatalf("%q: chunked %t, close %t; want %t, %t", stream, got.Chunked, got.Close, isChunked, want.Close)
	}
	for name, values := range want.Header {
		if (name != "Content-Length" || !got.Chunked) && !slices.Equal(got.Values(name), values) {
			t.Fatalf("%q: %s is %q, want %q", stream, name, got.Values(name), values)
		}
	}
	if got.Get("Content-Type") != want.Header.Get("Content-Type") {
		t.Fatalf("%q: content type %q, want %q", stream, got.Get("Content-Type"), want.Header.Get("Content-Type"))
	}
}

const plainHead = "HTTP/1.1 200 OK\r\nContent-Length: 102\r\nContent-Type: application/json\r\n" +
	"Date: Sat, 01 Jan 2000 00:00:00 GMT\r\nConnection: keep-alive, close\r\nx-y_Z1:\t a b \t\r\nX-Y_z1:\r\n\r\n"

// Heads that need a second look: each of them is a reason for parsePlain to leave it to net/http.
var unusualHeads = []string{
	"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.1 200 OK\nContent-Length: 5\n\n",
	"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
	"HTTP/1.1 200 OK\r\n: b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: \xe4\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA!#$%: b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\nContent-Length: 5\r\nConnection: x , Close\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTrailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
	"HTTP/1.1  200 OK\r\nContent-Length: 5\r\n\r\n",
	"HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n" + sized,
	"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/11 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
	"\r\nHTTP/1.1 200 OK\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "\n\n",
}

func TestUnusualHeadsAreWhatNetHTTPMakesOfThem(t *testing.T) {
	for _, head := range append(slices.Clone(unusualHeads), plainHead, sized, chunked, toEnd, switching) {
		likeNetHTTP(t, head)
	}
}

// A server that speaks something else, and then waits, is not waited for.
func TestWhatIsNoHeadIsNotWaitedFor(t *testing.T) {
	c, server := connect(t)
	if _, err := io.WriteString(server, "220 mail.example.com ESMTP\r\n"); err != nil {
		t.Fatal(err)
	}
	if head, err := c.ReadHead(); err == nil || head.Bytes != c.Consumed() || head.Bytes == 0 {
		t.Errorf("status %d, %v, %d bytes booked, %d consumed; want an error", head.Status, err, head.Bytes, c.Consumed())
	}
}

func TestPlainHeadsTakeNoMemory(t *testing.T) {
	c, server := connect(t)
	for name, head := range map[string]string{"sized": plainHead, "none": noContent, "chunked": chunked} {
		answer := []byte(head)
		if n := testing.AllocsPerRun(100, func() {
			_, _ = server.Write(answer)
			if _, err := c.ReadHead(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for a head", name, n)
		}
	}
}
