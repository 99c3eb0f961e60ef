package engine_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/scenario"
)

// A reader that vanishes without a FIN, because its packets go nowhere, is let go of when it has left unacknowledged
// what it was sent for three drain times. The kernel alone would try for a quarter of an hour.
func TestVanishedWithoutAWord(t *testing.T) {
	for name, request := range map[string]string{
		"sse": "GET /sse?topic=0 HTTP/1.1\r\nHost: x\r\n\r\n",
		"websocket": "GET /ws?topic=0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		"long-poll": "GET /poll?topic=0&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := cable(t, false)
			target := serveIn(t, server)
			conn, err := client.dial(t.Context(), "tcp", target.Endpoint.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			wait(t, target.Admin, `pollpush_target_subscribers{transport="`+name+`"} 1`)
			ip(t, "-n", server.name, "neighbor", "replace", client.address, "lladdr", "02:00:00:00:00:01", "dev", device, "nud", "permanent")
			if _, err := target.Admin.Publish(t.Context(), admin.PublicationRequest{
				Schedule:     scenario.Schedule{Topics: 1, Rate: 10, Arrivals: scenario.Fixed, Length: time.Second},
				PayloadBytes: 100,
			}); err != nil {
				t.Fatal(err)
			}
			wait(t, target.Admin, `pollpush_target_subscribers{transport="`+name+`"} 0`)
			wait(t, target.Admin, "pollpush_target_connections_active 0")
			wait(t, target.Admin, "pollpush_target_slow_readers_closed_total 1")
		})
	}
}

// serveIn starts a target whose service address is in a namespace, and that has little patience.
func serveIn(t *testing.T, n namespace) *engine.Target {
	t.Helper()
	l := newLaboratory(t)
	l.config.DrainTimeout, l.config.KeepAlive = time.Second/2, time.Hour
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	launched, err := l.serve(n.listen(t), control, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(launched.Stop)
	return launched
}

// wait waits until a target's metrics have a line; for a minute, which is far more than it should take.
func wait(t *testing.T, target *admin.Client, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		text, err := target.Metrics(ctx)
		if err != nil {
			t.Fatalf("waiting for %s: %v", line, err)
		}
		if strings.Contains(string(text), "\n"+line+"\n") {
			return
		}
		<-look.C
	}
}
