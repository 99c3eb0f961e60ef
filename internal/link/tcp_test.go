package link_test

import (
	"io"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"pollpush/internal/link"
	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// loopback listens on the kernel's loopback.
func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// dialPair connects to l over a link.
func dialPair(t *testing.T, l net.Listener, p link.Profile) (client, server halfConn) {
	t.Helper()
	c, err := p.Dialer(nil)(t.Context(), "tcp", l.Addr().String())
	must(t, err)
	s, err := l.Accept()
	must(t, err)
	return c.(halfConn), s.(halfConn)
}

// A connection over a link is a net.Conn as package net means it.
func TestNetConn(t *testing.T) {
	for name, p := range map[string]link.Profile{
		"hardly any delay": {Up: link.MaxRate},
		"delay":            {RTT: 400 * time.Microsecond},
		"all":              {RTT: 400 * time.Microsecond, Jitter: 200 * time.Microsecond, Up: 900 * link.Mbit, Down: 800 * link.Mbit},
	} {
		connect := func(swap bool) nettest.MakePipe {
			return func() (c1, c2 net.Conn, stop func(), err error) {
				l := loopback(t)
				c1, c2 = dialPair(t, l, p)
				if swap {
					c1, c2 = c2, c1
				}
				return c1, c2, func() { _, _, _ = c1.Close(), c2.Close(), l.Close() }, nil
			}
		}
		t.Run(name, func(t *testing.T) { t.Parallel(); nettest.TestConn(t, connect(false)) })
		t.Run(name+"/the peer", func(t *testing.T) { t.Parallel(); nettest.TestConn(t, connect(true)) })
	}
}

// The kernel's count of packets is final when a connection over a link was closed in order, whoever
// closed first, and the two sides count the same bytes.
func TestPacketsAreCounted(t *testing.T) {
	const up, down = 1001, 300_007
	for name, closing := range map[string]struct{ client, server func(*wire.Meter) }{
		"the client closes": {
			client: func(m *wire.Meter) { m.Finish(); m.Drain() },
			server: func(m *wire.Meter) { m.Drain() },
		},
		"the server closes": {
			client: (*wire.Meter).Follow,
			server: func(m *wire.Meter) { m.FinishAlone(); m.Drain() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := dialPair(t, loopback(t), link.Profile{RTT: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Up: 10 * link.Mbit})
			client, server := wire.Totals{Packets: &wire.PacketCounter{}}, wire.Totals{}
			var serving sync.WaitGroup
			serving.Go(func() {
				m := wire.NewMeter(b, clock.New(), &server)
				wantBytes(t, m, up)
				send(t, m, string(make([]byte, down)))
				closing.server(m)
			})
			m := wire.NewMeter(a, clock.New(), &client)
			send(t, m, string(make([]byte, up)))
			wantBytes(t, m, down)
			closing.client(m)
			serving.Wait()
			for side, got := range map[string][3]int64{
				"client": {client.Written.Load(), client.Read.Load(), client.Cut.Load()},
				"server": {server.Read.Load(), server.Written.Load(), server.Cut.Load()},
			} {
				if want := [3]int64{up, down, 0}; got != want {
					t.Errorf("%s: %v bytes up, down, and connections cut; want %v", side, got, want)
				}
			}
			wantPackets(t, client.Packets, up, down)
		})
	}
}

func wantBytes(t *testing.T, r io.Reader, n int) {
	t.Helper()
	if _, err := io.ReadFull(r, make([]byte, n)); err != nil {
		t.Error(err)
	}
}

// wantPackets checks that the count is final: its bytes are those of the stream, a SYN is 8 bytes
// longer than a segment without data, and each side has sent a FIN.
func wantPackets(t *testing.T, c *wire.PacketCounter, up, down int64) {
	t.Helper()
	traffic, ok := c.Sample()
	if ok != (runtime.GOOS == "linux") {
		t.Fatalf("packets known: %v", ok)
	}
	if !ok {
		return
	}
	for _, d := range []struct {
		name    string
		packets wire.Packets
		bytes   int64
	}{{"up", traffic.Up, up}, {"down", traffic.Down, down}} {
		if got := d.packets.IPBytes - 52*d.packets.Segments - 8; got != d.bytes {
			t.Errorf("%s: %+v carry %d bytes, want %d", d.name, d.packets, got, d.bytes)
		}
		if d.packets.Segments < 4 { // SYN, data, acknowledgement, FIN
			t.Errorf("%s: only %+v", d.name, d.packets)
		}
	}
}

// Whoever closes without having read all resets the connection, behind what it wrote.
func TestCloseWithDataUnreadResets(t *testing.T) {
	client, server := dialPair(t, loopback(t), link.Profile{RTT: 2 * time.Millisecond})
	t.Cleanup(func() { _ = server.Close() })
	send(t, server, "one two")
	wantRead(t, client, "one")
	send(t, client, "enough")
	must(t, client.Close())
	wantRead(t, server, "enough")
	wantReadErr(t, server, syscall.ECONNRESET)
}
