package memnet_test

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// more than any buffer in between holds.
const flood = 4 << 20

func TestConn(t *testing.T) {
	behaviours := []struct {
		name  string
		holds func(t *testing.T, client, server halfConn)
	}{
		{"a connection is a stream", isStream},
		{"a read waits for data", readWaits},
		{"both ends are named", endsNamed},
		{"close lets the peer read on", closeIsGraceful},
		{"close is felt by every later call", closeIsFelt},
		{"close wakes blocked calls", closeWakes},
		{"half-close keeps the other half", halfClose},
		{"half-close wakes a blocked write", halfCloseWakes},
		{"half-close takes turns with close", halfCloseThenClose},
		{"unread data resets", unreadResets},
		{"unread data resets after half-close", unreadResetsHalfClosed},
		{"reset wakes blocked calls", resetWakes},
		{"close after reset is clean", closeAfterReset},
		{"a slow reader blocks the writer", backpressure},
		{"directions do not share a buffer", directionsIndependent},
		{"writes do not interleave", writesWhole},
		{"a deadline ends a read on time", readDeadline},
		{"a deadline ends a write halfway", writeDeadline},
		{"a past deadline interrupts", pastDeadline},
		{"a past deadline counts with data at hand", pastDeadlineWithData},
		{"a moved deadline is the one that counts", movedDeadline},
		{"a deadline on one direction leaves the other", oneDeadline},
		{"a deadline waits for its turn too", deadlineInTurn},
		{"a deadline without a monotonic clock holds", wallDeadline},
		{"errors read as those of a socket", errorText},
	}
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := pair(t)
				b.holds(t, client, server)
			})
		})
	}
}

func isStream(t *testing.T, client, server halfConn) {
	send(t, client, "ab")
	send(t, client, "cde")
	wantRead(t, server, "a")
	b := make([]byte, 16)
	if n, err := server.Read(b); string(b[:n]) != "bcde" || err != nil {
		t.Fatalf("read %q, %v; want all that is buffered", b[:n], err)
	}
	if n, err := server.Read(nil); n != 0 || err != nil {
		t.Fatalf("empty read returned %d, %v", n, err)
	}
}

func readWaits(t *testing.T, client, server halfConn) {
	read := startRead(server)
	wantBlocked(t, read)
	send(t, client, "abc")
	if r := wantReturned(t, read); r.n != 3 || r.err != nil {
		t.Fatalf("read %d, %v", r.n, r.err)
	}
}

func endsNamed(t *testing.T, client, server halfConn) {
	if got := server.LocalAddr().String(); got != serverAddr {
		t.Errorf("server is at %s", got)
	}
	if client.LocalAddr() != server.RemoteAddr() || client.RemoteAddr() != server.LocalAddr() {
		t.Error("the ends do not agree on their addresses")
	}
	if client.LocalAddr() == client.RemoteAddr() {
		t.Error("both ends have one address")
	}
	if got := client.LocalAddr().Network(); got != "tcp" {
		t.Errorf("network is %s", got)
	}
	if _, err := netip.ParseAddrPort(server.RemoteAddr().String()); err != nil {
		t.Error(err)
	}
}

func closeIsGraceful(t *testing.T, client, server halfConn) {
	send(t, client, "last words")
	must(t, client.Close())
	wantWriteErr(t, server, syscall.EPIPE)
	wantRead(t, server, "last words")
	wantReadErr(t, server, io.EOF)
	wantReadErr(t, server, io.EOF)
	wantWriteErr(t, server, syscall.EPIPE)
	must(t, server.Close())
}

func closeIsFelt(t *testing.T, client, _ halfConn) {
	must(t, client.Close())
	wantErr(t, client.Close(), net.ErrClosed)
	wantErr(t, client.CloseWrite(), net.ErrClosed)
	wantReadErr(t, client, net.ErrClosed)
	wantWriteErr(t, client, net.ErrClosed)
	wantErr(t, client.SetDeadline(time.Now()), net.ErrClosed)
	wantErr(t, client.SetReadDeadline(time.Time{}), net.ErrClosed)
	wantErr(t, client.SetWriteDeadline(time.Time{}), net.ErrClosed)
}

func closeWakes(t *testing.T, client, _ halfConn) {
	read := startRead(client)
	write := startFlood(client)
	queued := startFlood(client)
	must(t, client.Close())
	for _, call := range []<-chan result{read, write, queued} {
		wantErr(t, wantReturned(t, call).err, net.ErrClosed)
	}
}

func halfClose(t *testing.T, client, server halfConn) {
	send(t, client, "question")
	must(t, client.CloseWrite())
	must(t, client.CloseWrite())
	wantWriteErr(t, client, syscall.EPIPE)

	wantRead(t, server, "question")
	wantReadErr(t, server, io.EOF)
	send(t, server, "answer")
	must(t, server.Close())

	wantRead(t, client, "answer")
	wantReadErr(t, client, io.EOF)
}

func halfCloseWakes(t *testing.T, client, server halfConn) {
	read := startRead(server)
	write := startFlood(server)
	must(t, client.CloseWrite())
	wantErr(t, wantReturned(t, read).err, io.EOF)
	wantBlocked(t, write)
	must(t, server.CloseWrite())
	wantErr(t, wantReturned(t, write).err, syscall.EPIPE)
}

func halfCloseThenClose(t *testing.T, client, server halfConn) {
	must(t, client.CloseWrite())
	must(t, client.Close())
	wantErr(t, client.Close(), net.ErrClosed)
	wantWriteErr(t, client, net.ErrClosed)
	wantReadErr(t, server, io.EOF)
	wantWriteErr(t, server, syscall.EPIPE)
}

func unreadResets(t *testing.T, client, server halfConn) {
	send(t, server, "never read by the server's peer")
	send(t, client, "never read by the server")
	must(t, server.Close())
	for range 2 {
		wantReadErr(t, client, syscall.ECONNRESET)
		wantWriteErr(t, client, syscall.ECONNRESET)
	}
	wantReadErr(t, server, net.ErrClosed)
	wantWriteErr(t, server, net.ErrClosed)
}

func unreadResetsHalfClosed(t *testing.T, client, server halfConn) {
	send(t, client, "unread")
	must(t, server.CloseWrite())
	wantReadErr(t, client, io.EOF)
	must(t, server.Close())
	wantReadErr(t, client, syscall.ECONNRESET)
	wantWriteErr(t, client, syscall.ECONNRESET)
}

func resetWakes(t *testing.T, client, server halfConn) {
	read := startRead(client)
	write := startFlood(client)
	must(t, server.Close())
	wantErr(t, wantReturned(t, read).err, syscall.ECONNRESET)
	r := wantReturned(t, write)
	wantErr(t, r.err, syscall.ECONNRESET)
	if r.n == 0 || r.n == flood {
		t.Fatalf("wrote %d bytes, want the count of those that fitted", r.n)
	}
}

func closeAfterReset(t *testing.T, client, server halfConn) {
	send(t, client, "unread")
	must(t, server.Close())
	must(t, client.SetDeadline(time.Now().Add(time.Hour)))
	must(t, client.CloseWrite())
	must(t, client.Close())
	wantReadErr(t, client, net.ErrClosed)
}

func backpressure(t *testing.T, client, server halfConn) {
	data := bytes.Repeat([]byte("0123456789abcdef"), flood/16)
	write := start(func() (int, error) { return client.Write(data) })
	wantBlocked(t, write)
	if _, err := server.Read(make([]byte, 1024)); err != nil {
		t.Fatal(err)
	}
	wantBlocked(t, write)
	got := make([]byte, flood-1024)
	if _, err := io.ReadFull(server, got); err != nil {
		t.Fatal(err)
	}
	if r := wantReturned(t, write); r.n != flood || r.err != nil {
		t.Fatalf("wrote %d, %v", r.n, r.err)
	}
	if !bytes.Equal(got, data[1024:]) {
		t.Fatal("data changed on its way")
	}
}

func directionsIndependent(t *testing.T, client, server halfConn) {
	write := startFlood(client)
	send(t, server, "still through")
	wantRead(t, client, "still through")
	wantBlocked(t, write)
}

func writesWhole(t *testing.T, client, server halfConn) {
	const writers, size = 4, 1 << 20
	for i := range writers {
		start(func() (int, error) {
			return client.Write(bytes.Repeat([]byte{'a' + byte(i)}, size))
		})
	}
	seen := make(map[byte]bool)
	for range writers {
		got := make([]byte, size)
		if _, err := io.ReadFull(server, got); err != nil {
			t.Fatal(err)
		}
		if bytes.Count(got, got[:1]) != size || seen[got[0]] {
			t.Fatal("two writes are mixed")
		}
		seen[got[0]] = true
	}
}

func readDeadline(t *testing.T, client, _ halfConn) {
	begun := time.Now()
	must(t, client.SetReadDeadline(begun.Add(3*time.Second)))
	for range 2 {
		_, err := client.Read(make([]byte, 1))
		wantTimeout(t, err)
		if took := time.Since(begun); took != 3*time.Second {
			t.Fatalf("timed out after %v", took)
		}
	}
}

func writeDeadline(t *testing.T, client, server halfConn) {
	must(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
	n, err := client.Write(make([]byte, flood))
	wantTimeout(t, err)
	if n == 0 || n == flood {
		t.Fatalf("wrote %d bytes, want some", n)
	}
	must(t, client.CloseWrite())
	if got, err := io.Copy(io.Discard, server); got != int64(n) || err != nil {
		t.Fatalf("peer read %d, %v; want the %d that Write told", got, err, n)
	}
}

func pastDeadline(t *testing.T, client, server halfConn) {
	read := startRead(client)
	write := startFlood(client)
	must(t, client.SetDeadline(time.Unix(1, 0)))
	wantTimeout(t, wantReturned(t, read).err)
	r := wantReturned(t, write)
	wantTimeout(t, r.err)

	must(t, client.SetDeadline(time.Time{}))
	if _, err := io.ReadFull(server, make([]byte, r.n)); err != nil {
		t.Fatal(err)
	}
	send(t, client, "revived")
	wantRead(t, server, "revived")
	send(t, server, "revived")
	wantRead(t, client, "revived")
}

func pastDeadlineWithData(t *testing.T, client, server halfConn) {
	send(t, server, "kept")
	must(t, client.SetDeadline(time.Now()))
	_, err := client.Read(make([]byte, 1))
	wantTimeout(t, err)
	_, err = client.Write([]byte("x"))
	wantTimeout(t, err)
	must(t, client.SetDeadline(time.Now().Add(time.Second)))
	wantRead(t, client, "kept")
}

func movedDeadline(t *testing.T, client, _ halfConn) {
	begun := time.Now()
	must(t, client.SetReadDeadline(begun.Add(time.Second)))
	read := startRead(client)
	must(t, client.SetReadDeadline(begun.Add(time.Minute)))
	time.Sleep(30 * time.Second)
	wantBlocked(t, read)
	must(t, client.SetReadDeadline(begun.Add(40*time.Second)))
	wantTimeout(t, (<-read).err)
	if took := time.Since(begun); took != 40*time.Second {
		t.Fatalf("timed out after %v", took)
	}
}

func oneDeadline(t *testing.T, client, server halfConn) {
	must(t, client.SetReadDeadline(time.Unix(1, 0)))
	send(t, client, "written")
	wantRead(t, server, "written")

	must(t, client.SetReadDeadline(time.Time{}))
	must(t, client.SetWriteDeadline(time.Unix(1, 0)))
	send(t, server, "read")
	wantRead(t, client, "read")
}

func deadlineInTurn(t *testing.T, client, _ halfConn) {
	startFlood(client)
	queued := startFlood(client)
	must(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
	r := <-queued
	wantTimeout(t, r.err)
	if r.n != 0 {
		t.Fatalf("wrote %d bytes out of turn", r.n)
	}
}

func wallDeadline(t *testing.T, client, _ halfConn) {
	begun := time.Now()
	must(t, client.SetReadDeadline(begun.Add(time.Second).Round(0)))
	_, err := client.Read(make([]byte, 1))
	wantTimeout(t, err)
	if took := time.Since(begun); took != time.Second {
		t.Fatalf("timed out after %v", took)
	}
}

func errorText(t *testing.T, client, server halfConn) {
	send(t, client, "unread")
	must(t, server.Close())
	_, err := client.Read(make([]byte, 1))
	for _, part := range []string{"read tcp ", client.LocalAddr().String(), serverAddr, "read: connection reset by peer"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func startFlood(c net.Conn) <-chan result {
	return start(func() (int, error) { return c.Write(make([]byte, flood)) })
}
