package http1_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
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
			t.Errorf("%q: status %d, want an error", whole[:n], head.StatusCode)
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
	for _, seed := range []string{
		switching, sized + "hello", noContent, chunked, toEnd, interim + sized,
		"HTTP/1.0 200\nA: b\n c\n\nrest", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		if len(stream) > http1.MaxHeadBytes {
			return // the oracle knows no such bound
		}
		c := receive(t, stream)
		got, err := c.ReadHead()
		if got.Bytes != c.Consumed() {
			t.Fatalf("%d bytes booked, %d consumed", got.Bytes, c.Consumed())
		}
		want, length, wantErr := readHeads(stream)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, but net/http says %v", err, wantErr)
		}
		if err == nil && (got.StatusCode != want.StatusCode || got.Bytes != int64(length) || got.ContentLength != want.ContentLength) {
			t.Fatalf("status %d, %d bytes, then %d; want %d, %d, then %d",
				got.StatusCode, got.Bytes, got.ContentLength, want.StatusCode, length, want.ContentLength)
		}
	})
}
