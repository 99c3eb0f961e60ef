package target_test

import (
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/target"
)

const (
	secret     = "correct-horse-battery-staple"
	farAddress = "192.0.2.1:9090"
)

func readToken(t *testing.T, text string) admin.Token {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := admin.ReadToken(path)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// With a token, nothing is served to who does not name it. A loopback address asks for its own name
// besides, and for no page; elsewhere the token stands for both.
func TestAdminToken(t *testing.T) {
	token := readToken(t, secret)
	const bearer = "Authorization: Bearer " + secret + "\n"
	for _, test := range []struct {
		address, send string
		status        int
	}{
		{adminAddress, "GET /healthz HTTP/1.1\nHost: 127.0.0.1:9090\n" + bearer + "\n", 200},
		{adminAddress, "GET /healthz HTTP/1.1\nHost: 127.0.0.1:9090\n\n", 401},
		{adminAddress, "GET /healthz HTTP/1.1\nHost: rebound.example:9090\n\n", 401},
		{adminAddress, "GET /healthz HTTP/1.1\nHost: rebound.example:9090\n" + bearer + "\n", 403},
		{adminAddress, "GET /healthz HTTP/1.1\nHost: 127.0.0.1:9090\nOrigin: http://evil.example\n" + bearer + "\n", 403},
		{farAddress, "GET /healthz HTTP/1.1\nHost: 192.0.2.1:9090\n" + bearer + "\n", 200},
		{farAddress, "GET /healthz HTTP/1.1\nHost: bench.example:9090\n" + bearer + "\n", 200},
		{farAddress, "GET /healthz HTTP/1.1\nHost: localhost:9090\n\n", 401},
		{farAddress, "GET /healthz HTTP/1.1\nHost: x\nAuthorization: Bearer " + secret[:20] + "\n\n", 401},
		{farAddress, "GET /healthz HTTP/1.1\nHost: x\nAuthorization: Bearer " + secret + "x\n\n", 401},
		{farAddress, "GET /healthz HTTP/1.1\nHost: x\nAuthorization: Basic " + secret + "\n\n", 401},
		{farAddress, "GET /metrics HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "GET /clock HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "GET /publication HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "DELETE /publication HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "POST /topics HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}", 401},
		{farAddress, "POST /publications HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}", 401},
		{farAddress, "GET /debug/pprof/ HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "GET /debug/pprof/heap HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "GET /debug/pprof/cmdline HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "GET /nothing HTTP/1.1\nHost: x\n\n", 401},
		{farAddress, "OPTIONS * HTTP/1.1\nHost: x\n\n", 401},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := serve(t, func(c *target.Config) { c.Admin, c.AdminToken = test.address, token })
			p := s.dial(test.address)
			p.send(test.send)
			if r, body := p.answer(); r.StatusCode != test.status || strings.Contains(body, secret) {
				t.Errorf("%s: %.60q: %s %q, want %d", test.address, test.send, r.Status, body, test.status)
			}
			_ = p.Close()
		})
	}
}

// The client names its token, and says whose fault it is when that is not taken.
func TestAdminTokenOfClient(t *testing.T) {
	token := readToken(t, secret)
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.AdminToken = token })
		for named, want := range map[admin.Token]string{
			token:                          "",
			{}:                             "the target at http://127.0.0.1:9090 asks for a token: name the file that holds it with --admin-token-file",
			readToken(t, "x"+secret):       "the target at http://127.0.0.1:9090 refuses the token in ",
			readToken(t, secret[:20]+"\n"): "the target at http://127.0.0.1:9090 refuses the token in ",
		} {
			client := admin.NewGuardedClient("http://"+adminAddress, s.network.DialContext, nil, named)
			err := client.Check(t.Context())
			if want == "" && err == nil {
				_, err = client.Clock(t.Context())
			}
			client.Close()
			if want == "" && err != nil || want != "" && (!errors.As(err, new(*admin.TokenError)) || !strings.HasPrefix(err.Error(), want)) {
				t.Errorf("err = %v, want %q", err, want)
			}
		}
	})
}

// Strangers at the admin address get a bounded number of connections, and none for long: neither for a
// request that never comes nor for a body.
func TestStrangersAtTheAdminAddress(t *testing.T) {
	token := readToken(t, secret)
	for send, patience := range map[string]time.Duration{
		"": 10 * time.Second, // for a head to arrive
		"POST /topics HTTP/1.1\nHost: x\nContent-Length: 5\n\n": time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := serve(t, func(c *target.Config) { c.Admin, c.AdminToken = farAddress, token })
			for range 64 {
				s.dial(farAddress).send(send)
			}
			synctest.Wait()
			client := admin.NewGuardedClient("http://"+farAddress, s.network.DialContext, nil, token)
			defer client.Close()
			began := time.Now()
			if err := client.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < patience || took > patience+time.Second {
				t.Errorf("%.20q: they were there for %v, want %v", send, took, patience)
			}
		})
	}
}

// The clock of the target is read when it is asked for.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		first, err := s.admin.Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if second, err := s.admin.Clock(t.Context()); err != nil || second.Sub(first) != time.Minute {
			t.Errorf("a minute later it reads %v more, %v", second.Sub(first), err)
		}
	})
}

// The admin address speaks TLS 1.3 with the service address's certificate, or with one of its own, and
// its handshakes are none of the books'.
func TestAdminTLS(t *testing.T) {
	for _, service := range []bool{false, true} {
		l := listen(t, func(c *target.Config) { c.TLS, c.AdminTLS = service, true })
		if err := l.Check(t.Context()); err != nil {
			t.Errorf("service over TLS %v: %v", service, err)
		}
		stranger := admin.NewGuardedClient(l.adminURL, nil, nil, admin.Token{})
		if err := stranger.Check(t.Context()); !errors.As(err, new(*tls.CertificateVerificationError)) {
			t.Errorf("a client that does not trust the certificate: %v", err)
		}
		if got := metric(t, l.Client, `pollpush_target_tls_handshakes_total{kind="full"}`); got != "0" {
			t.Errorf("service over TLS %v: %s handshakes were counted", service, got)
		}
	}
}
