package target_test

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// vanishing are connections on which something is under way. Each has an answer that was not read yet.
var vanishing = map[string]func(*served) net.Conn{
	"held poll":           asking("GET /poll?topic=0&wait=60s HTTP/1.1\nHost: x\n\n"),
	"event stream":        asking("GET /sse?topic=0 HTTP/1.1\nHost: x\n\n"),
	"WebSocket":           asking(upgrade),
	"nothing":             asking(""),
	"half a request":      asking("GET /poll?topic=0&wait=60s HTTP/1.1\nHo"),
	"held poll, HTTP/2":   asking2("/poll?topic=0&wait=60s"),
	"both, HTTP/2":        asking2("/poll?topic=0&wait=60s", "/sse?topic=0"),
	"event streams, h2":   asking2("/sse?topic=0", "/sse?topic=0"),
	"an answer, HTTP/2":   asking2(),
	"only a preface, h2c": func(s *served) net.Conn { return s.http2().Conn },
}

func asking(request string) func(*served) net.Conn {
	return func(s *served) net.Conn {
		p := s.dial(serviceAddress)
		p.send("GET /poll?topic=0 HTTP/1.1\nHost: x\n\n")
		synctest.Wait()
		p.send(request)
		return p.Conn
	}
}

func asking2(paths ...string) func(*served) net.Conn {
	return func(s *served) net.Conn {
		p := s.http2()
		p.ask("/poll?topic=0")
		for _, path := range paths {
			p.ask(path)
		}
		return p.Conn
	}
}

// A client that vanishes is let go of at once, with every goroutine that served it, whatever it was in the midst
// of: when the kernel closes its connection (FIN), and when it resets it because something was not read.
func TestVanishedClients(t *testing.T) {
	for name, begin := range vanishing {
		for end, read := range map[string]bool{"FIN": true, "RST": false} {
			t.Run(name+"/"+end, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := serve(t, unchanged)
					s.metric("pollpush_target_connections_active") // over a connection that stays
					synctest.Wait()
					before := stacks()
					conn := begin(s)
					synctest.Wait()
					if s.metric("pollpush_target_connections_active") != "1" {
						t.Fatal("nobody serves the client")
					}
					if read {
						_ = conn.SetReadDeadline(time.Now().Add(1))
						_, _ = io.Copy(io.Discard, conn) // until nothing more comes
					}
					_ = conn.Close()
					s.letGo(before)
				})
			})
		}
	}
}

// letGo checks that nobody is being served any more now, and that there is no goroutine that was not there before.
func (s *served) letGo(before map[string]string) {
	s.t.Helper()
	began := time.Now()
	synctest.Wait()
	for _, metric := range []string{
		"pollpush_target_connections_active", `pollpush_target_subscribers{transport="long-poll"}`,
		`pollpush_target_subscribers{transport="sse"}`, `pollpush_target_subscribers{transport="websocket"}`,
	} {
		if got := s.metric(metric); got != "0" {
			s.t.Errorf("%s = %s, want 0", metric, got)
		}
	}
	synctest.Wait()
	for id, stack := range stacks() {
		if before[id] == "" {
			s.t.Errorf("left behind: %s", stack)
		}
	}
	if took := time.Since(began); took != 0 {
		s.t.Errorf("it took %v", took)
	}
}

// stacks returns the stacks of all goroutines but this one, by their numbers.
func stacks() map[string]string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	all := make(map[string]string)
	for _, stack := range strings.Split(string(buf), "\n\n")[1:] {
		id, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		all[id] = stack
	}
	return all
}
