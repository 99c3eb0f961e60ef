package link_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
)

// What a direction holds is bounded, so a reader that does not read stalls the writer; when it reads,
// it gets all.
func TestBackPressure(t *testing.T) {
	const rtt, bound, much = 100 * time.Millisecond, 1 << 20, 10 << 20
	test := func(t *testing.T, from, to net.Conn) {
		must(t, from.SetWriteDeadline(time.Now().Add(time.Hour)))
		took := stopwatch()
		n, err := from.Write(make([]byte, much))
		wantTimeout(t, err)
		wantTook(t, took, time.Hour)
		if n == 0 || n > bound {
			t.Errorf("%d bytes were taken before anybody read, want at most %d", n, bound)
		}
		must(t, from.SetWriteDeadline(time.Time{}))
		go func() {
			_, _ = from.Write(make([]byte, much))
			_ = from.(halfConn).CloseWrite()
		}()
		got, err := io.Copy(io.Discard, to)
		must(t, err)
		if got != int64(n+much) {
			t.Errorf("%d bytes arrived, want %d", got, n+much)
		}
	}
	bubble("up", t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: rtt})
		test(t, client, server)
	})
	bubble("down", t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: rtt})
		test(t, server, client)
	})
}

// Writes that wait keep their bytes together.
func TestWritesDoNotInterleave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: 100 * time.Millisecond, Up: 100 * link.Mbit})
		const size, writers = 1 << 20, 8
		for fill := range byte(writers) {
			go func() { _, _ = client.Write(bytes.Repeat([]byte{fill}, size)) }()
		}
		got := make([]byte, writers*size)
		if _, err := io.ReadFull(server, got); err != nil {
			t.Fatal(err)
		}
		changes := 0
		for i := 1; i < len(got); i++ {
			if got[i] != got[i-1] {
				changes++
			}
		}
		if changes != writers-1 {
			t.Errorf("the bytes of %d writes change places %d times", writers, changes)
		}
	})
}

func TestDeadlines(t *testing.T) {
	const rtt = 100 * time.Millisecond
	p := link.Profile{RTT: rtt}
	bubble("read", t, func(t *testing.T) {
		client, server := pair(t, p)
		send(t, server, "late")
		must(t, client.SetReadDeadline(time.Now().Add(rtt/2-1)))
		took := stopwatch()
		_, err := client.Read(make([]byte, 4))
		wantTimeout(t, err)
		wantTook(t, took, rtt/2-1)
		must(t, client.SetDeadline(time.Time{}))
		wantRead(t, client, "late")
		wantTook(t, took, rtt/2)
		must(t, client.SetReadDeadline(time.Now()))
		_, err = client.Read(make([]byte, 4))
		wantTimeout(t, err)
	})
	bubble("past, with data there", t, func(t *testing.T) {
		client, server := pair(t, p)
		send(t, server, "there")
		time.Sleep(rtt)
		must(t, client.SetReadDeadline(time.Now()))
		_, err := client.Read(make([]byte, 4))
		wantTimeout(t, err)
		must(t, client.SetReadDeadline(time.Time{}))
		wantRead(t, client, "there")
	})
	bubble("moved while a read waits", t, func(t *testing.T) {
		client, _ := pair(t, p)
		must(t, client.SetReadDeadline(time.Now().Add(time.Hour)))
		took := stopwatch()
		go func() {
			time.Sleep(time.Second)
			_ = client.SetReadDeadline(time.Now().Add(time.Second))
			_ = client.SetWriteDeadline(time.Unix(1, 0)) // is no business of the read
		}()
		_, err := client.Read(make([]byte, 4))
		wantTimeout(t, err)
		wantTook(t, took, 2*time.Second)
		wantWriteErrTimeout(t, client)
	})
	bubble("past deadlines leave what is on its way", t, func(t *testing.T) {
		client, server := pair(t, p)
		send(t, client, "sent")
		must(t, client.SetDeadline(time.Unix(1, 0)))
		wantWriteErrTimeout(t, client)
		took := stopwatch()
		wantRead(t, server, "sent")
		wantTook(t, took, rtt/2)
	})
	bubble("after Close", t, func(t *testing.T) {
		client, _ := pair(t, p)
		must(t, client.Close())
		wantErr(t, client.SetDeadline(time.Now()), net.ErrClosed)
	})
}

func wantWriteErrTimeout(t *testing.T, w io.Writer) {
	t.Helper()
	_, err := w.Write([]byte("x"))
	wantTimeout(t, err)
}
