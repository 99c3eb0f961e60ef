package link_test

import (
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
)

func TestClosing(t *testing.T) {
	const rtt = 100 * time.Millisecond
	const linger = 5 * time.Second
	for _, test := range []struct {
		name string
		run  func(t *testing.T, client, server halfConn)
	}{
		{"half, upwards", func(t *testing.T, client, server halfConn) {
			took := stopwatch()
			send(t, client, "all")
			must(t, client.CloseWrite())
			must(t, client.CloseWrite())
			wantWriteErr(t, client, syscall.EPIPE)
			wantTook(t, took, 0)
			wantRead(t, server, "all")
			wantReadErr(t, server, io.EOF)
			wantTook(t, took, rtt/2)
			send(t, server, "still here")
			wantRead(t, client, "still here")
			wantTook(t, took, rtt)
		}},
		{"half, downwards", func(t *testing.T, client, server halfConn) {
			took := stopwatch()
			send(t, server, "all")
			must(t, server.CloseWrite())
			wantRead(t, client, "all")
			wantReadErr(t, client, io.EOF)
			wantReadErr(t, client, io.EOF)
			wantTook(t, took, rtt/2)
			send(t, client, "still here")
			wantRead(t, server, "still here")
			wantTook(t, took, rtt)
		}},
		{"with data on its way", func(t *testing.T, client, server halfConn) {
			took := stopwatch()
			send(t, client, "last words")
			must(t, client.Close())
			wantErr(t, client.Close(), net.ErrClosed)
			wantErr(t, client.CloseWrite(), net.ErrClosed)
			wantReadErr(t, client, net.ErrClosed)
			wantWriteErr(t, client, net.ErrClosed)
			wantTook(t, took, 0)
			wantRead(t, server, "last words")
			wantReadErr(t, server, io.EOF)
			wantTook(t, took, rtt/2)
		}},
		{"after the FIN was sent", func(t *testing.T, client, server halfConn) {
			took := stopwatch()
			send(t, client, "last words")
			must(t, client.CloseWrite())
			must(t, client.Close())
			wantRead(t, server, "last words")
			wantReadErr(t, server, io.EOF)
			wantTook(t, took, rtt/2)
		}},
		{"with nothing on its way", func(t *testing.T, client, server halfConn) {
			must(t, client.Close())
			took := stopwatch()
			wantReadErr(t, server, io.EOF)
			wantTook(t, took, rtt/2)
		}},
		{"what comes after is not taken", func(t *testing.T, client, server halfConn) {
			synctest.Wait() // until the socket is being read
			must(t, client.Close())
			send(t, server, "too late")
			took := stopwatch()
			wantReadErr(t, server, syscall.ECONNRESET)
			wantTook(t, took, rtt/2)
		}},
		{"after both FINs", func(t *testing.T, client, server halfConn) {
			must(t, client.CloseWrite())
			wantReadErr(t, server, io.EOF)
			must(t, server.Close())
			wantReadErr(t, client, io.EOF)
			must(t, client.Close())
		}},
		{"ends the calls that wait", func(t *testing.T, client, _ halfConn) {
			errs := make(chan error)
			go func() { _, err := client.Read(make([]byte, 1)); errs <- err }()
			for range 2 {
				go func() { _, err := client.Write(make([]byte, 1<<20)); errs <- err }()
			}
			time.Sleep(time.Second)
			took := stopwatch()
			must(t, client.Close())
			for range 3 {
				wantErr(t, <-errs, net.ErrClosed)
			}
			wantTook(t, took, 0)
		}},
		{"for a peer that does not read", func(t *testing.T, client, server halfConn) {
			n, err := writeUntilFull(client)
			wantTimeout(t, err)
			must(t, client.Close())
			time.Sleep(rtt/2 + linger - time.Nanosecond)
			send(t, server, "the connection is still there")
			time.Sleep(2 * time.Nanosecond)
			if _, err := server.Write([]byte("x")); !isGone(err) {
				t.Errorf("server wrote: %v, want the connection to be given up", err)
			}
			if got, _ := io.Copy(io.Discard, server); got >= int64(n) {
				t.Errorf("server got %d of %d bytes, which it did not read in time", got, n)
			}
		}},
		{"a peer that reads late gets all", func(t *testing.T, client, server halfConn) {
			n, err := writeUntilFull(client)
			wantTimeout(t, err)
			must(t, client.Close())
			time.Sleep(linger - time.Nanosecond)
			if got, err := io.Copy(io.Discard, server); got != int64(n) || err != nil {
				t.Errorf("server got %d of %d bytes, %v", got, n, err)
			}
		}},
		{"reset by the peer", func(t *testing.T, client, server halfConn) {
			send(t, client, "unread")
			send(t, server, "before") // travels before the reset
			time.Sleep(rtt / 2)
			synctest.Wait()
			took := stopwatch()
			must(t, server.Close()) // with data unread
			synctest.Wait()
			wantRead(t, client, "before")
			send(t, client, "nobody gets this")
			wantTook(t, took, 0)
			wantReadErr(t, client, syscall.ECONNRESET)
			wantTook(t, took, rtt/2)
			wantWriteErr(t, client, syscall.ECONNRESET)
			must(t, client.Close())
		}},
		{"the peer is gone when data arrives", func(t *testing.T, client, server halfConn) {
			must(t, server.Close())
			took := stopwatch()
			send(t, client, "into the void")
			wantReadErr(t, client, io.EOF)
			wantTook(t, took, rtt/2)
			send(t, client, "into the void")
			time.Sleep(rtt / 2)
			wantWriteErr(t, client, syscall.EPIPE)
			wantReadErr(t, client, io.EOF)
		}},
	} {
		bubble(test.name, t, func(t *testing.T) {
			client, server := pair(t, link.Profile{RTT: rtt})
			test.run(t, client, server)
		})
	}
}

// writeUntilFull writes until nothing more is taken.
func writeUntilFull(c net.Conn) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(time.Hour))
	return c.Write(make([]byte, 10<<20))
}

// A slow line delivers what was written before Close however long that takes.
func TestCloseWaitsForTheLine(t *testing.T) {
	bubble("slow", t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: 100 * time.Millisecond, Up: 80 * link.Kbit})
		const size = 200_000 // 20 seconds
		took := stopwatch()
		send(t, client, string(make([]byte, size)))
		must(t, client.Close())
		wantTook(t, took, 0)
		if got, err := io.Copy(io.Discard, server); got != size || err != nil {
			t.Errorf("server got %d of %d bytes, %v", got, size, err)
		}
		wantTook(t, took, 20*time.Second+50*time.Millisecond)
	})
}
