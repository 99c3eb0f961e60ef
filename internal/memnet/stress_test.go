package memnet_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
)

// echoServer echoes every connection of l until l is closed.
func echoServer(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}()
	}
}

// noise is data that differs from client to client, in lengths that do not
// divide a buffer.
func noise(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	b := make([]byte, 300_000+r.IntN(300_000))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestEcho has many clients at once send more than a buffer holds and compare
// what comes back.
func TestEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n memnet.Network
		l := listen(t, &n, serverAddr)
		go echoServer(l)
		var clients sync.WaitGroup
		for i := range uint64(40) {
			c := dial(t, &n, serverAddr)
			sent := noise(i)
			clients.Go(func() {
				_, _ = io.Copy(c, bytes.NewReader(sent))
				_ = c.CloseWrite()
			})
			clients.Go(func() {
				got, err := io.ReadAll(c)
				if err != nil || !bytes.Equal(got, sent) {
					t.Errorf("client %d got %d of %d bytes: %v", i, len(got), len(sent), err)
				}
			})
		}
		clients.Wait()
	})
}

// TestEverythingAtOnce lets every method of both ends race. The race detector
// watches the memory, and the bubble fails the test as deadlocked if a call is
// never woken.
func TestEverythingAtOnce(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			client, server := pair(t)
			var calls sync.WaitGroup
			for _, c := range []halfConn{client, server} {
				calls.Go(func() { checkEnding(t, readAll(c)) })
				calls.Go(func() { checkEnding(t, writeOn(c)) })
				calls.Go(func() { checkEnding(t, writeOn(c)) })
				calls.Go(func() { moveDeadlines(c) })
			}
			// A sleep would not do: virtual time stands still while data flows.
			for range rand.N(500) {
				runtime.Gosched()
			}
			calls.Go(func() { _ = client.CloseWrite() })
			calls.Go(func() { _ = server.Close() })
			calls.Go(func() { _ = server.Close() })
			calls.Wait()
		})
	}
}

func readAll(c net.Conn) error {
	b := make([]byte, 100_000)
	for {
		if _, err := c.Read(b); err != nil && !isTimeout(err) {
			return err
		}
	}
}

func writeOn(c net.Conn) error {
	b := make([]byte, 100_000)
	for {
		if _, err := c.Write(b); err != nil && !isTimeout(err) {
			return err
		}
	}
}

func moveDeadlines(c net.Conn) {
	for range 20 {
		_ = c.SetDeadline(time.Now().Add(rand.N(time.Millisecond)))
		_ = c.SetReadDeadline(time.Unix(1, 0))
		_ = c.SetDeadline(time.Time{})
	}
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

func checkEnding(t *testing.T, err error) {
	for _, known := range []error{io.EOF, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("call ended with %v", err)
}

// TestCloseWhileDialing has a listener close under its dialers. Each must be
// refused, reset or served; a connection queued in the very moment and then
// forgotten would leave its dialer reading for good.
func TestCloseWhileDialing(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			var n memnet.Network
			l := listen(t, &n, serverAddr)
			var calls sync.WaitGroup
			for range 20 {
				calls.Go(func() { checkAnswered(t, &n) })
			}
			calls.Go(func() { closeOne(l) })
			calls.Go(func() { _ = l.Close() })
			calls.Wait()
		})
	}
}

func checkAnswered(t *testing.T, n *memnet.Network) {
	c, err := n.DialContext(t.Context(), "tcp", serverAddr)
	if err == nil {
		_, err = c.Read(make([]byte, 1))
		_ = c.Close()
	}
	for _, known := range []error{io.EOF, syscall.ECONNREFUSED, syscall.ECONNRESET} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("dialer was told %v", err)
}

func closeOne(l net.Listener) {
	if c, err := l.Accept(); err == nil {
		_ = c.Close()
	}
}

// TestNothingLeft blocks a goroutine in every call that can block, and closes
// all. The bubble fails the test if one of them stays.
func TestNothingLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t)
		must(t, client.SetDeadline(time.Now().Add(time.Hour)))
		var n memnet.Network
		idle := listen(t, &n, "idle:80")
		full := listen(t, &n, serverAddr)
		begun := time.Now()

		startRead(client)
		startFlood(client)
		startFlood(client)
		start(func() (int, error) { _, err := idle.Accept(); return 0, err })
		fillBacklog(t, t.Context(), &n)
		for _, c := range []io.Closer{idle, full, client, server} {
			must(t, c.Close())
		}
		synctest.Wait()
		if !time.Now().Equal(begun) {
			t.Error("closing took time")
		}
	})
}
