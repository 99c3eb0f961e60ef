package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// dialPair connects through l.
func dialPair(t *testing.T, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) (client, server net.Conn) {
	t.Helper()
	client, err := dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _, _ = client.Close(), server.Close(), l.Close() })
	return client, server
}

// pair is a connection on the kernel's loopback.
func pair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return dialPair(t, l, new(net.Dialer).DialContext)
}

// memoryPair is a connection that a bubble can wait on.
func memoryPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	return dialPair(t, l, n.DialContext)
}

// totals is wire.Totals as a value that can be compared.
type totals struct{ read, written, opened, closed, cut int64 }

func wantTotals(t *testing.T, name string, got *wire.Totals, want totals) {
	t.Helper()
	if g := (totals{got.Read.Load(), got.Written.Load(), got.Opened.Load(), got.Closed.Load(), got.Cut.Load()}); g != want {
		t.Errorf("%s: %+v, want %+v", name, g, want)
	}
}

// The client ends its half first, while the answer is still to come: nothing of it is lost, both
// sides' books balance to the byte, and no connection was cut.
func TestOrderlyCloseBalancesBothSides(t *testing.T) {
	const up, down = 70_001, 300_007 // more than a Read takes at once
	a, b := pair(t)
	var client, server wire.Totals
	var wg sync.WaitGroup
	wg.Go(func() {
		m := wire.NewMeter(b, clock.New(), &server)
		received, err := io.Copy(io.Discard, m)
		if received != up || err != nil {
			t.Errorf("the server read %d, %v; want %d", received, err, up)
		}
		send(t, m, down)
		m.Finish()
		m.Drain()
	})
	m := wire.NewMeter(a, clock.New(), &client)
	send(t, m, up)
	m.Finish()
	m.Drain()
	if m.BytesRead() != down {
		t.Errorf("the client read %d, want %d", m.BytesRead(), down)
	}
	wg.Wait()
	wantTotals(t, "client", &client, totals{read: down, written: up, opened: 1, closed: 1})
	wantTotals(t, "server", &server, totals{read: up, written: down, opened: 1, closed: 1})
}

func send(t *testing.T, w io.Writer, size int) {
	t.Helper()
	if n, err := w.Write(make([]byte, size)); n != size || err != nil {
		t.Errorf("wrote %d of %d: %v", n, size, err)
	}
}

func TestCloseBeforeTheEndOfFileIsACut(t *testing.T) {
	a, b := pair(t)
	var sum wire.Totals
	m := wire.NewMeter(a, clock.New(), &sum)
	if _, err := io.WriteString(b, "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(m, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	_ = m.Close()
	_ = m.Close() // counted once, however often it is closed
	wantTotals(t, "closed with the peer still there", &sum, totals{read: 5, opened: 1, closed: 1, cut: 1})
}

func TestCloseAfterTheEndOfFileIsNoCut(t *testing.T) {
	a, b := pair(t)
	var sum wire.Totals
	m := wire.NewMeter(a, clock.New(), &sum)
	_ = b.Close()
	if n, err := m.Read(make([]byte, 5)); n != 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("read %d, %v; want the end of file", n, err)
	}
	_ = m.Close()
	wantTotals(t, "closed after the peer", &sum, totals{opened: 1, closed: 1})
}

// A connection that cannot close by halves has no orderly end, and says so.
func TestFinishWithoutHalfCloseIsACut(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _ = b.Close() }()
	var sum wire.Totals
	m := wire.NewMeter(a, clock.New(), &sum)
	if err := m.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("CloseWrite: %v, want %v", err, errors.ErrUnsupported)
	}
	m.Finish()
	m.Drain()
	wantTotals(t, "pipe", &sum, totals{opened: 1, closed: 1, cut: 1})
}

func TestDrainGivesUpAfterCloseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := memoryPair(t) // the peer neither reads nor closes
		var sum wire.Totals
		m := wire.NewMeter(a, clock.New(), &sum)
		start := time.Now()
		m.Finish()
		m.Drain()
		if waited := time.Since(start); waited != wire.CloseTimeout {
			t.Errorf("drained for %v, want %v", waited, wire.CloseTimeout)
		}
		wantTotals(t, "silent peer", &sum, totals{opened: 1, closed: 1, cut: 1})
	})
}

func TestReceivedIsWhenTheLastBytesCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memoryPair(t)
		clk := clock.New()
		m := wire.NewMeter(a, clk, new(wire.Totals))
		if m.Received() != 0 || m.Clock() != clk {
			t.Errorf("received %d before anything was, want 0", m.Received())
		}
		time.Sleep(3 * time.Second)
		sent := clk.Now()
		_, _ = io.WriteString(b, "x")
		_, _ = m.Read(make([]byte, 8))
		time.Sleep(time.Second)
		_ = b.Close()
		_, err := m.Read(make([]byte, 8)) // an end of file brings no bytes
		if m.Received() != sent || !errors.Is(err, io.EOF) {
			t.Errorf("received at %d, want %d; then %v", m.Received(), sent, err)
		}
	})
}

func TestWriteThatFailsHalfWayCountsAsFarAsItGot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memoryPair(t)
		var sum wire.Totals
		m := wire.NewMeter(a, clock.New(), &sum)
		_ = m.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := m.Write(make([]byte, 1<<20)) // nobody reads: the buffers fill up
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 1<<20 {
			t.Fatalf("wrote %d, %v; want a part, and a timeout", n, err)
		}
		_ = m.CloseWrite()
		arrived, _ := io.Copy(io.Discard, b)
		if sum.Written.Load() != arrived || int64(n) != arrived {
			t.Errorf("counted %d and returned %d, but %d arrived", sum.Written.Load(), n, arrived)
		}
	})
}
