package target_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/net/http2"

	"pollpush/internal/target"
	"pollpush/pkg/exchange"
	"pollpush/pkg/wspush"
)

// Fields that the target is told to add are in every answer, whatever it is, but for what net/http
// refuses by itself.
func TestResponseFields(t *testing.T) {
	add := func(c *target.Config) {
		c.MaxConnections = 1
		c.ResponseFields = []exchange.Field{{Name: "Server", Value: "bench"}, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"}}
	}
	for _, test := range []struct {
		send   string
		status int
	}{
		{"GET /poll HTTP/1.1\nHost: x\n\n", 204},
		{"GET /sse HTTP/1.1\nHost: x\n\n", 200},
		{upgrade, 101},
		{"GET / HTTP/1.1\nHost: x\n\n", 200},
		{"GET /nothing HTTP/1.1\nHost: x\n\n", 404},
		{"POST / HTTP/1.1\nHost: x\nContent-Length: 0\n\n", 405},
		{"GET / HTTP/1.1\nHost: x\nContent-Length: 1\n\n", 413},
		{"GET /ws HTTP/1.1\nHost: x\n\n", 426},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := serve(t, add)
			p, beyond := s.dial(serviceAddress), s.dial(serviceAddress)
			p.send(test.send)
			beyond.send("GET /poll HTTP/1.1\nHost: x\n\n")
			for p, status := range map[*peer]int{p: test.status, beyond: 503} {
				r, err := http.ReadResponse(p.Reader, nil)
				if err != nil || r.StatusCode != status {
					t.Fatalf("%.30q: %v %v, want %d", test.send, r, err, status)
				}
				if got := r.Header.Get("Server") + " " + strings.Join(r.Header.Values("Set-Cookie"), " "); got != "bench a=1 b=2" {
					t.Errorf("%d: %q", status, got)
				}
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, add).http2()
		head := p.next(http2.FrameHeaders, p.ask("/sse")).(*http2.MetaHeadersFrame)
		var got []string
		for _, f := range head.RegularFields() {
			if f.Name == "server" || f.Name == "set-cookie" {
				got = append(got, f.Value)
			}
		}
		if strings.Join(got, " ") != "bench a=1 b=2" {
			t.Errorf("over HTTP/2: %q", got)
		}
	})
}

// The target compresses for clients that offer it if it is told to, and only then.
func TestDeflate(t *testing.T) {
	offer := strings.TrimSuffix(upgrade, "\n") + "Sec-WebSocket-Extensions: permessage-deflate\n\n"
	for _, test := range []struct {
		deflate wspush.Deflate
		send    string
		want    string
	}{
		{"", offer, ""},
		{wspush.DeflateOff, offer, ""},
		{wspush.DeflateTakeover, upgrade, ""},
		{wspush.DeflateTakeover, offer, "permessage-deflate"},
		{wspush.DeflateNoTakeover, offer, "permessage-deflate; client_no_context_takeover; server_no_context_takeover"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := serve(t, func(c *target.Config) { c.Deflate = test.deflate }).dial(serviceAddress)
			p.send(test.send)
			r, err := http.ReadResponse(p.Reader, nil)
			if err != nil || r.StatusCode != http.StatusSwitchingProtocols {
				t.Fatalf("upgrade: %v %v", r, err)
			}
			if got := r.Header.Get("Sec-WebSocket-Extensions"); got != test.want {
				t.Errorf("%q: %q, want %q", test.deflate, got, test.want)
			}
		})
	}
}
