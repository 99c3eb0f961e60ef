package target_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/target"
)

func TestPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		r, body := s.get("/")
		if got := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || got != "text/html; charset=utf-8" {
			t.Errorf("%s, Content-Type %q", r.Status, got)
		}
		if got := r.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q: a nonce must not be used again", got)
		}
		wantCommands(t, body, serviceAddress, adminAddress)
	})
}

// No more than the page itself needs is permitted, and it under a nonce that nobody can know.
func TestPagePolicy(t *testing.T) {
	policy := regexp.MustCompile(`^default-src 'none'; style-src 'nonce-(\w{26})'; script-src 'nonce-(\w{26})'; connect-src 'self'; ` +
		`base-uri 'none'; form-action 'none'; frame-ancestors 'none'$`)
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		seen := make(map[string]bool)
		for range 2 {
			r, body := s.get("/")
			got := policy.FindStringSubmatch(r.Header.Get("Content-Security-Policy"))
			if got == nil || got[1] != got[2] || seen[got[1]] {
				t.Fatalf("Content-Security-Policy %q", r.Header.Get("Content-Security-Policy"))
			}
			seen[got[1]] = true
			for _, tag := range []string{"style", "script"} {
				if strings.Count(body, "<"+tag) != 1 || !strings.Contains(body, "<"+tag+` nonce="`+got[1]+`">`) {
					t.Errorf("the page has not one %s with the nonce of its policy", tag)
				}
			}
		}
	})
}

// A visitor can be sent here under any name, so what goes into commands must be safe to paste.
func TestPageHosts(t *testing.T) {
	for _, test := range []struct{ host, want string }{
		{"bench.example:8080", "bench.example:8080"},
		{"under_score.example", "under_score.example"},
		{"[::1]:8080", "[::1]:8080"},
		{"", serviceAddress},
		{"x';reboot;'.example", serviceAddress},
		{"x&reboot", serviceAddress},
		{"$(reboot)", serviceAddress},
		{"[::1]reboot", serviceAddress},
	} {
		t.Run(test.host, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := serve(t, unchanged).dial(serviceAddress)
				p.send("GET / HTTP/1.1\nHost: " + test.host + "\n\n")
				r, body := p.answer()
				if r.StatusCode != http.StatusOK || strings.Contains(body, "reboot") {
					t.Errorf("%s: %s", r.Status, body)
				}
				wantCommands(t, body, test.want, adminAddress)
			})
		})
	}
}

// What can be no host is refused, and not sent back.
func TestPageHostThatIsMarkup(t *testing.T) {
	for _, host := range []string{"<script>alert(1)</script>", `"><script>alert(1)</script>`} {
		synctest.Test(t, func(t *testing.T) {
			p := serve(t, unchanged).dial(serviceAddress)
			p.send("GET / HTTP/1.1\nHost: " + host + "\n\n")
			if r, body := p.answer(); r.StatusCode != http.StatusBadRequest || strings.Contains(body, "alert") {
				t.Errorf("%s: %s: %q", host, r.Status, body)
			}
		})
	}
}

func TestPageIsAllThereIs(t *testing.T) {
	for _, test := range []struct {
		request string
		status  int
	}{
		{"GET /index.html", http.StatusNotFound},
		{"GET /favicon.ico", http.StatusNotFound},
		{"GET /poll/", http.StatusNotFound},
		{"POST /", http.StatusMethodNotAllowed},
		{"PUT /", http.StatusMethodNotAllowed},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := serve(t, unchanged).dial(serviceAddress)
			p.send(test.request + " HTTP/1.1\nHost: x\nContent-Length: 0\n\n")
			r, _ := p.answer()
			if r.StatusCode != test.status {
				t.Errorf("%s: %s, want %d", test.request, r.Status, test.status)
			}
			if allow := r.Header.Get("Allow"); (allow == http.MethodGet) != (test.status == http.StatusMethodNotAllowed) {
				t.Errorf("%s: Allow %q", test.request, allow)
			}
		})
	}
}

// The commands ask for nothing that the target's configuration would refuse.
func TestPageKeepsToTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.MaxHold, c.MaxMessage = 1500*time.Millisecond, 80 })
		_, body := s.get("/")
		commands := strings.Join(pasted(body), "\n")
		for _, want := range []string{`"payload_bytes": 80`, "wait=1.5s'"} {
			if !strings.Contains(commands, want) {
				t.Errorf("%s is not in\n%s", want, commands)
			}
		}
		if !strings.Contains(body, `data-wait="1.5s"`) {
			t.Error("the script does not know how long it may wait")
		}
	})
}

// Over TLS the commands ask for https, and accept the certificate that the target made itself.
func TestPageOverTLS(t *testing.T) {
	l := listen(t, secured)
	page := l.get(t.Context(), "/")
	commands := pasted(page)
	if len(commands) != 5 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, command := range commands[1:] {
		if !strings.HasPrefix(command, "curl -k ") || !strings.Contains(command, "'"+l.base+"/") {
			t.Errorf("%s\nwant curl -k with %s", command, l.base)
		}
	}
	if strings.Contains(page, "six connections") {
		t.Error("the page speaks of HTTP/1.1's connections")
	}
}

// What only the token's holder can do is shown as a command that reads the token from a file, and not as a
// link.
func TestPageOfGuardedTarget(t *testing.T) {
	token := readToken(t, secret)
	l := listen(t, func(c *target.Config) { c.AdminTLS, c.AdminToken = true, token })
	page := l.get(t.Context(), "/")
	publish := pasted(page)[0]
	if !strings.HasPrefix(publish, "curl -k '"+l.adminURL+"/publications' -H \"Authorization: Bearer $(cat token)\" -d '{") {
		t.Errorf("%s", publish)
	}
	if strings.Contains(page, secret) || strings.Contains(page, "/metrics") {
		t.Error("the page shows the token, or links to what asks for it")
	}
}

// wantCommands checks that the page has its commands, and which addresses they name.
func wantCommands(t *testing.T, page, service, admin string) {
	t.Helper()
	want := []string{
		"'http://" + admin + "/publications'",
		"'http://" + service + "/poll?topic=0&after=0'",
		"'http://" + service + "/poll?topic=0&after=0&wait=25s'",
		"'http://" + service + "/sse?topic=0'",
		"'http://" + service + "/ws?topic=0'",
	}
	commands := pasted(page)
	if len(commands) != len(want) {
		t.Fatalf("%d commands, want %d:\n%s", len(commands), len(want), page)
	}
	for i, command := range commands {
		if !strings.HasPrefix(command, "curl ") || !strings.Contains(command, want[i]) {
			t.Errorf("%s\nwant %s", command, want[i])
		}
	}
}
