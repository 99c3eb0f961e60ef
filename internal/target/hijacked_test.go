package target_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/target"
)

// Connections that were taken over are not vacant, however long they are quiet, and are counted while they
// last.
func TestHijackedConnectionsAreNotVacant(t *testing.T) {
	for name, request := range map[string]string{
		"sse": "GET /sse?topic=0 HTTP/1.1\nHost: " + serviceAddress + "\n\n",
		"websocket": "GET /ws?topic=0 HTTP/1.1\nHost: " + serviceAddress + "\nConnection: Upgrade\nUpgrade: websocket\n" +
			"Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, func(c *target.Config) { c.KeepAlive, c.Ping = 2*time.Hour, 2*time.Hour })
				p := s.dial(serviceAddress)
				p.send(request)
				time.Sleep(time.Hour)
				if got := s.metric("pollpush_target_connections_active"); got != "1" {
					t.Fatalf("%s connections after an hour, want 1", got)
				}
				if err := s.publish(1, 100, nil); err != nil {
					t.Fatal(err)
				}
				for line := ""; !strings.Contains(line, `{"seq":1,`); {
					var err error
					if line, err = p.ReadString('}'); err != nil {
						t.Fatal(err)
					}
				}
				_ = p.Close()
				synctest.Wait()
				if got := s.metric("pollpush_target_connections_active"); got != "0" {
					t.Errorf("%s connections afterwards, want none", got)
				}
			})
		})
	}
}
