package target_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

func TestControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		if err := s.admin.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		ends, err := s.admin.Topics(t.Context(), 3)
		if err != nil || len(ends) != 3 || ends[2] != 0 {
			t.Fatalf("topics: %v, %v", ends, err)
		}
		if _, err := s.admin.Topics(t.Context(), 10_001); err == nil || !strings.Contains(err.Error(), "10000 at most") {
			t.Errorf("too many topics: %v", err)
		}
		if err := s.publish(4, 100, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.publish(4, 100, nil); err == nil || !strings.Contains(err.Error(), "409 Conflict") {
			t.Errorf("a second publication: %v", err)
		}
		time.Sleep(time.Second)
		p, err := s.admin.Published(t.Context())
		if err != nil || !p.Done || p.Stopped || len(p.Records) != 4 {
			t.Fatalf("published: %+v, %v", p, err)
		}
		for i, r := range p.Records {
			if r.Seq != uint64(i)+1 || r.Published != r.Due || r.Due != p.Records[0].Due.Add(time.Duration(i)*250*time.Millisecond) {
				t.Errorf("record %d = %+v", i, r)
			}
		}
		if ends, err := s.admin.Topics(t.Context(), 1); err != nil || ends[0] != 4 {
			t.Errorf("the end is %v, %v; want 4", ends, err)
		}
	})
}

// A publication that nobody wants any more is stopped, and the next can begin at once.
func TestUnpublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		if err := s.admin.Unpublish(t.Context()); err != nil {
			t.Errorf("stop nothing: %v", err)
		}
		long := func(r *admin.PublicationRequest) { r.Schedule.Length = 24 * time.Hour }
		if err := s.publish(1, 100, long); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		if err := s.admin.Unpublish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := s.admin.Published(t.Context()); err != nil || !p.Done || !p.Stopped || len(p.Records) != 3 {
			t.Errorf("published: %+v, %v", p, err)
		}
		if p, err := s.admin.Progress(t.Context()); err != nil || p != (admin.Progress{Done: true, Stopped: true, Count: 3}) {
			t.Errorf("progress: %+v, %v", p, err)
		}
		if err := s.publish(1, 100, nil); err != nil {
			t.Errorf("the next: %v", err)
		}
	})
}

func TestPublicationsThatCannotBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		for want, change := range map[string]func(*admin.PublicationRequest){
			"payload_bytes 53":      func(r *admin.PublicationRequest) { r.PayloadBytes = 53 },
			"payload_bytes 65537":   func(r *admin.PublicationRequest) { r.PayloadBytes = 65537 },
			"topics 2: there are 1": func(r *admin.PublicationRequest) { r.Schedule.Topics = 2 },
			"rate 0":                func(r *admin.PublicationRequest) { r.Schedule.Rate = 0 },
			`arrivals "often"`:      func(r *admin.PublicationRequest) { r.Schedule.Arrivals = "often" },
			"burst 0: want 1":       func(r *admin.PublicationRequest) { r.Schedule.Arrivals = scenario.Burst },
			"burst 10001: want 1": func(r *admin.PublicationRequest) {
				r.Schedule.Arrivals, r.Schedule.Burst = scenario.Burst, scenario.MaxBurst+1
			},
			"length_ns 0":       func(r *admin.PublicationRequest) { r.Schedule.Length = 0 },
			"more than 2000000": func(r *admin.PublicationRequest) { r.Schedule.Rate = 2_000_001 },
			"in_ns -1":          func(r *admin.PublicationRequest) { r.In = -1 },
			"at_ns 1: want an instant within an hour of now": func(r *admin.PublicationRequest) { r.In, r.At = 0, 1 },
			"name one": func(r *admin.PublicationRequest) { r.In, r.At = 1, clock.New().Now() },
		} {
			if err := s.publish(1, 100, change); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("err = %v, want %q", err, want)
			}
		}
	})
}

// The admin address is for this host's own programs: not for web pages, under whatever name, and
// not for endless bodies.
func TestAdminKeepsStrangersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		for _, test := range []struct {
			send   string
			status int
		}{
			{"GET /healthz HTTP/1.1\nHost: 127.0.0.1:9090\n\n", 200},
			{"GET /healthz HTTP/1.1\nHost: localhost:9090\n\n", 200},
			{"GET /healthz HTTP/1.1\nHost: rebound.example:9090\n\n", 403},
			{"POST /topics HTTP/1.1\nHost: 127.0.0.1:9090\nOrigin: http://evil.example\nContent-Length: 0\n\n", 403},
			{"POST /topics HTTP/1.1\nHost: 127.0.0.1:9090\nContent-Length: 2\n\n{]", 400},
			{"POST /topics HTTP/1.1\nHost: 127.0.0.1:9090\nContent-Length: 15\n\n{\"unknown\": 12}", 400},
			{"POST /topics HTTP/1.1\nHost: 127.0.0.1:9090\nContent-Length: 99999\n\n" + strings.Repeat(" ", 99999), 400},
		} {
			p := s.dial(adminAddress)
			p.send(test.send)
			if r, body := p.answer(); r.StatusCode != test.status {
				t.Errorf("%.60q: %s %q, want %d", test.send, r.Status, body, test.status)
			}
		}
	})
}

func TestConfigThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(*target.Config){
		"--admin 0.0.0.0:9090 can be reached from other hosts": func(c *target.Config) { c.Admin = "0.0.0.0:9090" },
		"--admin :9090 can be reached":                         func(c *target.Config) { c.Admin = ":9090" },
		"--admin example.com:9090 can be reached":              func(c *target.Config) { c.Admin = "example.com:9090" },
		`--admin "9090": want HOST:PORT`:                       func(c *target.Config) { c.Admin = "9090" },
		`--listen "x": want HOST:PORT`:                         func(c *target.Config) { c.Listen = "x" },
		`--allow-origin: "example.com" is no origin`:           func(c *target.Config) { c.AllowOrigin = []string{"example.com"} },
		"--max-connections 0":                                  func(c *target.Config) { c.MaxConnections = 0 },
		"open files, the limit is":                             func(c *target.Config) { c.MaxConnections = 2_000_000_000 },
		"--max-hold 1m1s":                                      func(c *target.Config) { c.MaxHold = 61 * time.Second },
		"--drain-timeout 0s":                                   func(c *target.Config) { c.DrainTimeout = 0 },
		"--topics 10001":                                       func(c *target.Config) { c.Topics = 10_001 },
		`--deflate "gzip": want off, no-takeover or takeover`:  func(c *target.Config) { c.Deflate = "gzip" },
	} {
		config := target.DefaultConfig()
		change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
	if err := target.DefaultConfig().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
}
