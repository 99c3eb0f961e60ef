package transport_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pollpush/pkg/transport"
)

func TestParseOrigin(t *testing.T) {
	for s, want := range map[string]string{
		"https://example.com":       "https://example.com",
		"HTTPS://Example.COM":       "https://example.com",
		"http://example.com:8080":   "http://example.com:8080",
		"http://[::1]:8080":         "http://[::1]:8080",
		"https://example.com:443":   "https://example.com", // as a browser sends it (RFC 6454 section 6.2)
		"http://example.com:80":     "http://example.com",
		"http://example.com:443":    "http://example.com:443",
		"http://[::80]":             "http://[::80]",
		"chrome-extension://abcdef": "chrome-extension://abcdef",
	} {
		if got, err := transport.ParseOrigin(s); err != nil || got != want {
			t.Errorf("ParseOrigin(%s) = %s, %v; want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "null", "*", "example.com", "example.com:80", "//example.com", "https://", "https://example.com/",
		"https://example.com/a", "https://example.com?a=b", "https://example.com#a", "https://me@example.com", "https://a b",
	} {
		if got, err := transport.ParseOrigin(s); err == nil {
			t.Errorf("ParseOrigin(%s) = %s, want an error", s, got)
		}
	}
}

func TestOriginsCheck(t *testing.T) {
	origins := transport.Origins{"https://app.example.com"}
	for _, c := range []struct {
		name, origin  string
		refused, cors bool
	}{
		{name: "no page"},
		{name: "the server's own", origin: "http://server:8080"},
		{name: "the server's own in capitals", origin: "http://SERVER:8080"},
		{name: "allowed", origin: "https://app.example.com", cors: true},
		{name: "another port", origin: "http://server:9090", refused: true},
		{name: "another scheme", origin: "http://app.example.com", refused: true},
		{name: "a longer name", origin: "https://app.example.com.evil.org", refused: true},
		{name: "sandboxed page", origin: "null", refused: true},
		{name: "very long", origin: "https://" + strings.Repeat("x", 5000), refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "http://server:8080/", http.NoBody)
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			err := origins.Check(w, r)
			var refusal *transport.Refusal
			if c.refused != errors.As(err, &refusal) || c.refused && (refusal.Status != http.StatusForbidden || len(refusal.Reason) > 200) {
				t.Errorf("%v, want a short refusal with 403: %t", err, c.refused)
			}
			want := ""
			if c.cors {
				want = c.origin
			}
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("Access-Control-Allow-Origin %q, want %q", got, want)
			}
			if got := w.Header().Get("Vary"); (got == "Origin") != c.cors {
				t.Errorf("Vary %q, want Origin: %t", got, c.cors)
			}
		})
	}
}

// A page that asks without an Origin, as an image or a script does, is told from a program and from
// a visitor by what its browser adds (Fetch Metadata Request Headers, sections 2.1 and 2.3).
func TestOriginsCheckWithoutOrigin(t *testing.T) {
	for _, c := range []struct {
		site, mode string
		refused    bool
	}{
		{"", "", false},
		{"none", "navigate", false},
		{"same-origin", "cors", false},
		{"cross-site", "navigate", false},
		{"cross-site", "no-cors", true},
		{"same-site", "no-cors", true},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://server:8080/", http.NoBody)
		r.Header.Set("Sec-Fetch-Site", c.site)
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		if err := (transport.Origins{}).Check(httptest.NewRecorder(), r); (err != nil) != c.refused {
			t.Errorf("%q, %q: %v, want it refused: %t", c.site, c.mode, err, c.refused)
		}
	}
}
