package headers

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/textfile"
	"pollpush/pkg/exchange"
)

// refused is what a profile's file may not say, and what of the sentence about it matters.
var refused = []struct{ name, text, want string }{
	{"no field", "Accept", `f:1: "Accept" is no header field: write it as Name: value`},
	{"space in the name", "# s\n\nMy Field: 1", `f:3: "My Field: 1" is no header field`},
	{"space before the colon", "Accept : 1", `f:1: "Accept : 1" is no header field`},
	{"name that is not ASCII", "Größe: 1", `f:1: "Größe: 1" is no header field`},
	{"value that is not ASCII", "X: a ö", `f:1: the value of X is not ASCII at "ö": encode it`},
	{"not UTF-8", "X: \xe4", "f:1: the line is not UTF-8"},
	{"byte order mark", "\ufeffX: 1", `f:1: '\ufeff' is no character for a header profile`},
	{"NUL", "X: \x00", `f:1: '\x00' is no character for a header profile: take it out`},
	{"CR", "X: a\rY: b", `f:1: '\r' is no character`},
	{"escape in a comment", "X: 1\n# \x1b[2J", `f:2: '\x1b' is no character`},
	{"continued", "X: a\n  b", "f:2: a line that begins with a space would continue the one before: write the field on one line"},
	{"unknown section", "[poll]", `f:1: "[poll]" is no section: there are [fetch], [eventsource], [websocket], [http2] and [response]`},
	{"section without end", "[fetch", `f:1: "[fetch" is no section`},
	{"section and more", "[fetch] # polls", `f:1: "[fetch] # polls" is no section`},
	{"section twice", "[fetch]\nX: 1\n[http2]\n[fetch]", "f:4: [fetch] is there already: put its fields together"},
	{"field twice", "[fetch]\nX-A: 1\nx-a: 1", "f:3: x-a is in [fetch] twice: leave one of them"},
	{"field before and in a section", "X: 1\n[websocket]\nX: 2", "f:3: X is in [websocket] twice"},
	{"answer's field twice", "[response]\nServer: a\nserver: b", "f:3: server is in [response] twice"},

	{"Host", "Host: h", "f:1: Host cannot be in a header profile, as the client says the host itself: take it out"},
	{"Content-Length", "[fetch]\ncontent-length: 0", "f:2: content-length cannot be in a header profile, as requests have no body here"},
	{"Transfer-Encoding", "Transfer-Encoding: chunked", "requests have no body here"},
	{"TE", "TE: trailers", "the client reads no trailers"},
	{"Trailer", "Trailer: X", "requests have no body here"},
	{"Expect", "Expect: 100-continue", "requests have no body here"},
	{"Upgrade", "[websocket]\nUpgrade: websocket", "the client asks for an upgrade itself"},
	{"Connection: close", "[fetch]\nConnection: close", `f:2: a Connection of "close" cannot be in a header profile`},
	{"Connection: Upgrade", "[websocket]\nConnection: Upgrade", `a Connection of "Upgrade"`},
	{"Connection in an upgrade", "[websocket]\nConnection: keep-alive", "an upgrade has a Connection of its own"},
	{"Connection in every request", "Connection: keep-alive", "f:1: an upgrade has a Connection of its own: put this one into [fetch] and [eventsource]"},
	{"Sec-WebSocket-Key", "[websocket]\nSec-WebSocket-Key: x", "the opening handshake is the client's own"},
	{"Sec-WebSocket-Extensions", "[websocket]\nSec-WebSocket-Extensions: x", "the opening handshake is the client's own"},
	{"Last-Event-ID", "[eventsource]\nLast-Event-ID: 7", "it would move the client's cursor"},
	{"pseudo-header", "[http2]\n:path: /", `f:2: ":path: /" is a field that HTTP/2 makes of the request line: take it out`},
	{"Connection over HTTP/2", "[http2]\nConnection: keep-alive", "f:2: Connection cannot be in a header profile's [http2], as it is about an HTTP/1.1 connection"},
	{"Keep-Alive over HTTP/2", "[http2]\nKeep-Alive: 300", "it is about an HTTP/1.1 connection"},
	{"Host over HTTP/2", "[http2]\nHost: h", "the client says the host itself"},

	{"answer's Content-Length", "[response]\nContent-Length: 1", "f:2: Content-Length cannot be in a header profile's [response], as the target says it itself"},
	{"answer's Content-Type", "[response]\nContent-Type: text/plain", "the target says it itself"},
	{"answer's Content-Encoding", "[response]\nContent-Encoding: gzip", "the target says it itself"},
	{"answer's Transfer-Encoding", "[response]\nTransfer-Encoding: chunked", "the target says it itself"},
	{"answer's Date", "[response]\nDate: now", "the target says it itself"},
	{"answer's Trailer", "[response]\nTrailer: X", "answers have no trailers"},
	{"answer's Connection", "[response]\nConnection: keep-alive", "the target keeps and closes its connections itself"},
	{"answer's Keep-Alive", "[response]\nKeep-Alive: timeout=5", "the target keeps and closes its connections itself"},
	{"answer's Upgrade", "[response]\nUpgrade: h2c", "the target upgrades itself"},
	{"answer's handshake", "[response]\nSec-WebSocket-Accept: x", "the opening handshake is the target's own"},
	{"answer's permission", "[response]\nAccess-Control-Allow-Origin: *", "it is for --allow-origin to say who may read"},
	{"answer's origin", "[response]\nLink: <{origin}/a>", "{origin} is known in requests only"},

	{
		"too much", "X: " + strings.Repeat("x", 8<<10) + "\n[websocket]\nY: " + strings.Repeat("y", 8<<10),
		"f:3: the fields of [websocket] come to more than 15360 bytes, which servers refuse: make them fewer or shorter",
	},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			p, err := parse("f", []byte(c.text), false)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if diff := cmp.Diff(Profile{}, p); diff != "" {
				t.Errorf("it comes with an error, and is not zero (-zero +got):\n%s", diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Profile
	}{
		{"nothing", "", Profile{}},
		{"source", "#  Some server, 2024 \n# not this", Profile{Source: "Some server, 2024"}},
		{"no source", "\n# not this", Profile{}},
		{"CRLF", "# s\r\n[fetch]\r\nX: 1\r\n\r\n", Profile{Source: "s", Fetch: []exchange.Field{{Name: "X", Value: "1"}}}},
		{"spaces", "[fetch] \t\nX:\t a  b \n  \nY:", Profile{Fetch: []exchange.Field{{Name: "X", Value: "a  b"}, {Name: "Y"}}}},
		{"colons and marks", "[http2]\nX-!#: a: [b] # c", Profile{HTTP2: []exchange.Field{{Name: "X-!#", Value: "a: [b] # c"}}}},
		{"first those of every request", "X: 1\n[eventsource]\nY: 2", Profile{
			Fetch:       []exchange.Field{{Name: "X", Value: "1"}},
			EventSource: []exchange.Field{{Name: "X", Value: "1"}, {Name: "Y", Value: "2"}},
			WebSocket:   []exchange.Field{{Name: "X", Value: "1"}},
		}},
		{"answer", "[response]\nServer: {a}", Profile{Response: []exchange.Field{{Name: "Server", Value: "{a}"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse("", []byte(c.text), false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good", "# mine\nX: 1")
	p, err := Load(good)
	if err != nil || p.Name != good || p.Source != "mine" || len(p.WebSocket) != 1 {
		t.Errorf("%v, %+v", err, p)
	}
	full := write("full", strings.Repeat("#", textfile.MaxBytes))
	if _, err := Load(full); err != nil {
		t.Errorf("as long as it may be: %v", err)
	}
	bad, long, folder := write("bad", "\nHost: h"), write("long", strings.Repeat("#", textfile.MaxBytes+1)), t.TempDir()
	for path, want := range map[string]string{
		bad:      bad + ":2: Host cannot be",
		long:     long + " has more than 65536 bytes, too many for a header profile",
		folder:   folder + " cannot be read as a header profile (is a directory): name a file that can",
		"chorme": `"chorme" is neither a header profile nor a file: name one of minimal, go, chrome, lubbers2010, or the path of a file`,
		"":       `"" is neither a header profile nor a file`,
	} {
		if _, err := Load(path); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}

// FuzzParse holds what is accepted against net/http: it reads the same fields from the heads that
// they make.
func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		text, err := profiles.ReadFile("profiles/" + name + ".headers")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, true)
	}
	f.Add([]byte(example), false)
	for _, c := range refused {
		f.Add([]byte(c.text), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, builtIn bool) {
		p, err := parse("f", text, builtIn)
		if err != nil {
			return
		}
		again, err := parse("f", render(p), builtIn)
		if diff := cmp.Diff(p, again); diff != "" || err != nil {
			t.Fatalf("rendered, it is another one: %v (-before +after):\n%s", err, diff)
		}
		for _, kind := range kinds {
			for _, http2 := range []bool{false, true} {
				checkHead(t, p.Request(kind, http2, "http://h"), builtIn)
			}
		}
		checkAnswerHead(t, p.Response)
	})
}

// checkHead checks that a request with these fields is one, with no other fields.
func checkHead(t *testing.T, fields []exchange.Field, builtIn bool) {
	t.Helper()
	text := head("GET / HTTP/1.1", append([]exchange.Field{{Name: "Host", Value: "h"}}, fields...))
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if request.Host != "h" || request.ContentLength != 0 || request.Close || len(request.TransferEncoding) > 0 {
		t.Errorf("the profile changes what is asked for: %+v", request)
	}
	for _, name := range []string{"Upgrade", "Te", "Trailer", "Expect", "Last-Event-Id", "Sec-Websocket-Key", "Sec-Websocket-Version"} {
		if len(request.Header[name]) > 0 {
			t.Errorf("the profile has %s", name)
		}
	}
	if !builtIn && len(request.Header["Sec-Websocket-Extensions"]) > 0 {
		t.Errorf("the profile has extensions")
	}
	checkFields(t, fields, request.Header)
}

func checkAnswerHead(t *testing.T, fields []exchange.Field) {
	t.Helper()
	text := head("HTTP/1.1 200 OK", fields)
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	_ = response.Body.Close() // nobody reads it
	if response.ContentLength != -1 || len(response.TransferEncoding) > 0 {
		t.Errorf("the profile changes the answer: %+v", response)
	}
	checkFields(t, fields, response.Header)
}

func checkFields(t *testing.T, fields []exchange.Field, header http.Header) {
	t.Helper()
	if n := len(header) - len(fields); n != 0 && (n != 1 || header.Get("Pragma") != "no-cache") { // net/http adds Cache-Control to that
		t.Errorf("%d fields have become %d: %v", len(fields), len(header), header)
	}
	for _, f := range fields {
		if values := header.Values(f.Name); len(values) != 1 || values[0] != f.Value {
			t.Errorf("%s: %q has become %q", f.Name, f.Value, values)
		}
	}
}
