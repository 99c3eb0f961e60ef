package memnet

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// TestNoTimerLingers looks inside, because a timer that fires to no effect
// cannot be seen from outside, yet drags virtual time along with it.
func TestNoTimerLingers(t *testing.T) {
	inAnHour := func(c net.Conn) error { return c.SetDeadline(time.Now().Add(time.Hour)) }
	endings := map[string]func(client, server *conn) error{
		"none was set": func(_, _ *conn) error { return nil },
		"cleared":      func(c, _ *conn) error { return c.SetDeadline(time.Time{}) },
		"past":         func(c, _ *conn) error { return c.SetDeadline(time.Unix(1, 0)) },
		"closed":       func(c, _ *conn) error { return c.Close() },
		"reset": func(c, s *conn) error {
			_, _ = c.Write([]byte("unread"))
			return s.Close()
		},
		"set after reset": func(c, s *conn) error {
			_, _ = c.Write([]byte("unread"))
			_ = s.Close()
			return inAnHour(c)
		},
	}
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := connected(t)
				if name != "none was set" {
					armed(t, client, inAnHour(client))
				}
				if err := end(client, server); err != nil {
					t.Fatal(err)
				}
				if client.in.reader.deadline.timer != nil || client.out.writer.deadline.timer != nil {
					t.Error("a timer lingers")
				}
			})
		})
	}
}

func armed(t *testing.T, c *conn, err error) {
	t.Helper()
	if err != nil || c.in.reader.deadline.timer == nil || c.out.writer.deadline.timer == nil {
		t.Fatalf("no timer to look for: %v", err)
	}
}

func connected(t *testing.T) (client, server *conn) {
	t.Helper()
	var n Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	dialed, err := n.DialContext(context.Background(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return dialed.(*conn), accepted.(*conn)
}
