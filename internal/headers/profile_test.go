package headers

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pollpush/pkg/exchange"
)

func load(t *testing.T, name string) Profile {
	t.Helper()
	p, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// requestsOf returns what a client sends, with the origin unexpanded.
func requestsOf(p Profile, http2 bool) requests {
	all := make(requests)
	for _, kind := range kinds {
		all[kind] = p.Request(kind, http2, originMark)
	}
	return all
}

func TestNamesAreTheFiles(t *testing.T) {
	files, err := fs.Glob(profiles, "profiles/*")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range Names() {
		want = append(want, "profiles/"+name+".headers")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("Names and the embedded files differ (-names +files):\n%s", diff)
	}
	if !slices.Contains(Names(), Default) {
		t.Errorf("the default, %s, is not built in", Default)
	}
}

// A built-in profile says where it comes from, and is the same after it was stored, in either form.
func TestBuiltInsRoundTrip(t *testing.T) {
	for _, name := range Names() {
		p := load(t, name)
		if p.Name != name || (p.Source == "") != (name == "minimal") {
			t.Errorf("%s: name %q, source %q", name, p.Name, p.Source)
		}
		again, err := parse(name, render(p), true)
		if err != nil {
			t.Errorf("%s rendered: %v", name, err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("%s is another one after it was rendered (-before +after):\n%s", name, diff)
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var stored Profile
		if err := json.Unmarshal(text, &stored); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, stored); diff != "" {
			t.Errorf("%s is another one after it was stored (-before +after):\n%s", name, diff)
		}
	}
}

func TestMinimalAddsNothing(t *testing.T) {
	if diff := cmp.Diff(Profile{Name: "minimal"}, load(t, "minimal")); diff != "" {
		t.Errorf("(-nothing +minimal):\n%s", diff)
	}
}

const example = `# An example
X-Every: 1

[fetch]
Connection: Keep-Alive
Keep-Alive: 300
Proxy-Connection: keep-alive
Referer: {origin}/page?from={origin}
Accept-Encoding: gzip

[websocket]
Origin: {origin}

[http2]
accept-encoding: br
Priority: u=1, i

[response]
Server: example
`

func TestRequest(t *testing.T) {
	p, err := parse("example", []byte(example), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind  Kind
		http2 bool
		want  []exchange.Field
	}{
		{Fetch, false, []exchange.Field{
			{Name: "X-Every", Value: "1"}, {Name: "Connection", Value: "Keep-Alive"}, {Name: "Keep-Alive", Value: "300"},
			{Name: "Proxy-Connection", Value: "keep-alive"},
			{Name: "Referer", Value: "http://h:1/page?from=http://h:1"}, {Name: "Accept-Encoding", Value: "gzip"},
		}},
		{EventSource, false, []exchange.Field{{Name: "X-Every", Value: "1"}}},
		{WebSocket, false, []exchange.Field{{Name: "X-Every", Value: "1"}, {Name: "Origin", Value: "http://h:1"}}},
		{Fetch, true, []exchange.Field{
			{Name: "x-every", Value: "1"}, {Name: "referer", Value: "http://h:1/page?from=http://h:1"},
			{Name: "accept-encoding", Value: "br"}, {Name: "priority", Value: "u=1, i"},
		}},
		{EventSource, true, []exchange.Field{
			{Name: "x-every", Value: "1"}, {Name: "accept-encoding", Value: "br"}, {Name: "priority", Value: "u=1, i"},
		}},
		{WebSocket, true, []exchange.Field{{Name: "x-every", Value: "1"}, {Name: "origin", Value: "http://h:1"}}},
	} {
		for range 2 { // the second time, to see that the first has not changed the profile
			if diff := cmp.Diff(c.want, p.Request(c.kind, c.http2, "http://h:1")); diff != "" {
				t.Errorf("%s, HTTP/2 %t (-want +got):\n%s", c.kind, c.http2, diff)
			}
		}
	}
}

func TestBytes(t *testing.T) {
	fields := []exchange.Field{{Name: "Host", Value: "localhost"}, {Name: "Accept"}}
	if got, want := Bytes(fields), len("Host: localhost\r\nAccept: \r\n"); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}

func TestCookie(t *testing.T) {
	for _, name := range []string{"minimal", "go", "chrome"} {
		p := load(t, name)
		for _, n := range []int{MinCookie, 10, 11, 12, 100, 4096, MaxCookie} {
			with, err := p.WithCookie(n)
			if err != nil {
				t.Errorf("%s with a cookie of %d bytes: %v", name, n, err)
				continue
			}
			for _, kind := range kinds {
				fields := with.Request(kind, false, "http://h")
				cookie := fields[len(fields)-1]
				if cookie.Name != "Cookie" || len(cookie.Value) != n || !isCookie(cookie.Value) {
					t.Errorf("%s: %s: %d bytes wanted, the last field is %+v", name, kind, n, cookie)
				}
				if before := p.Request(kind, false, "http://h"); !slices.Equal(fields[:len(fields)-1], before) {
					t.Errorf("%s: %s: the cookie changed the other fields: %v", name, kind, fields)
				}
			}
		}
	}
}

// A profile with a cookie stays as it is when the one it was made of gets another.
func TestCookieIsNotShared(t *testing.T) {
	p, err := parse("f", []byte("A: 1\nB: 2\nC: 3"), false) // which leaves room for a fourth
	if err != nil {
		t.Fatal(err)
	}
	first, err := p.WithCookie(10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.WithCookie(20); err != nil {
		t.Fatal(err)
	}
	if got := first.Fetch[3].Value; len(got) != 10 {
		t.Errorf("the cookie of 10 bytes has become %q", got)
	}
}

// isCookie reports whether s is a cookie-pair of RFC 6265 section 4.1.1.
func isCookie(s string) bool {
	name, value, ok := strings.Cut(s, "=")
	return ok && isToken(name) && value != "" && !strings.ContainsFunc(value, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`",;\`, r)
	})
}

// The cookie is the same each time and everywhere, or compressed sizes could not be compared.
func TestCookieIsStable(t *testing.T) {
	p, err := load(t, "minimal").WithCookie(40)
	if err != nil {
		t.Fatal(err)
	}
	const want = "session=2Yd-zm02iqwab0GexifHaxv7H6N8QaEe"
	if got := p.Fetch[0].Value; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCookieRefused(t *testing.T) {
	long, err := parse("long", []byte("X-Long: "+strings.Repeat("x", 10<<10)), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		profile Profile
		n       int
		want    string
	}{
		{load(t, "go"), -1, "a cookie of -1 bytes cannot be made: ask for 9 to 8192, or 0 for none"},
		{load(t, "go"), MinCookie - 1, "a cookie of 8 bytes cannot be made"},
		{load(t, "go"), MaxCookie + 1, "a cookie of 8193 bytes cannot be made"},
		{load(t, "lubbers2010"), 100, "header profile lubbers2010 has a cookie already: ask for none, or take another profile"},
		{long, MaxCookie, "header profile long with a cookie of 8192 bytes: the fields of [fetch] come to more than 15360 bytes"},
	} {
		if _, err := c.profile.WithCookie(c.n); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %d bytes: %v, want %q", c.profile.Name, c.n, err, c.want)
		}
	}
	same, err := load(t, "lubbers2010").WithCookie(0)
	if diff := cmp.Diff(load(t, "lubbers2010"), same); diff != "" || err != nil {
		t.Errorf("0 bytes: %v\n%s", err, diff)
	}
}
