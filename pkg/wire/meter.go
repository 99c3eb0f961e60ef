package wire

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"pollpush/pkg/clock"
)

// Totals sums the bytes of many connections. The zero value is ready for use, by any number of
// goroutines.
type Totals struct {
	Read    atomic.Int64 // bytes that arrived
	Written atomic.Int64 // bytes that were sent
	Opened  atomic.Int64 // connections metered so far
	Closed  atomic.Int64 // connections of those that were closed
	Cut     atomic.Int64 // connections of those closed before the peer's end of file was read
	// Packets, if not nil, counts the connections' packets as well. It is set before the first one.
	Packets *PacketCounter
}

// CloseTimeout bounds how long an orderly close waits for the peer's end of file.
const CloseTimeout = 5 * time.Second

// Meter is a net.Conn that counts its bytes, and notes when the last ones came in. Like any
// net.Conn it may be read by one goroutine and written by another.
type Meter struct {
	net.Conn

	clock    clock.Clock
	totals   *Totals
	read     atomic.Int64
	received atomic.Int64
	ended    atomic.Bool
	closed   atomic.Bool
}

// NewMeter meters conn from now on; its bytes are added to totals as well.
func NewMeter(conn net.Conn, clk clock.Clock, totals *Totals) *Meter {
	totals.Opened.Add(1)
	if totals.Packets != nil {
		totals.Packets.add(conn)
	}
	return &Meter{Conn: conn, clock: clk, totals: totals}
}

// Read reads from the connection, and then reads the clock once: a message is received when the
// Read that completed it returns.
func (m *Meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if n > 0 {
		m.received.Store(int64(m.clock.Now()))
		m.read.Add(int64(n))
		m.totals.Read.Add(int64(n))
	}
	if errors.Is(err, io.EOF) {
		m.ended.Store(true)
	}
	return n, err
}

// Write writes to the connection. Bytes of a write that failed half-way count as far as it got.
func (m *Meter) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.totals.Written.Add(int64(n))
	return n, err
}

// BytesRead returns how many bytes have arrived on this connection.
func (m *Meter) BytesRead() int64 { return m.read.Load() }

// Received returns when the last bytes came in: the reading taken right after that Read.
func (m *Meter) Received() clock.Instant { return clock.Instant(m.received.Load()) }

// Clock returns the clock that stamps the reads.
func (m *Meter) Clock() clock.Clock { return m.clock }

// closeWriter is a connection that can end its sending half alone, as TCP and TLS can.
type closeWriter interface{ CloseWrite() error }

// CloseWrite sends the FIN: the peer reads the end of file, and may still answer.
func (m *Meter) CloseWrite() error {
	if c, ok := m.Conn.(closeWriter); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Finish begins an orderly close: it sends the FIN, and gives whoever reads the connection
// CloseTimeout to reach the peer's end of file. Closing at once would lose what is still on its
// way, and then the books of the two sides could not balance.
func (m *Meter) Finish() {
	if err := m.CloseWrite(); err != nil {
		_ = m.Close() // no orderly end to be had: the caller sees a connection that never Ended
		return
	}
	_ = m.SetReadDeadline(time.Now().Add(CloseTimeout))
}

// Drain ends an orderly close that Finish began: it reads to the peer's end of file, or as long as
// Finish allows, and closes. What it reads is counted, but belongs to nothing: books that were
// right without it will show it.
func (m *Meter) Drain() {
	var scratch [512]byte
	for !m.ended.Load() {
		if _, err := m.Read(scratch[:]); err != nil {
			break
		}
	}
	_ = m.Close()
}

// Close closes the connection.
func (m *Meter) Close() error {
	if m.closed.CompareAndSwap(false, true) {
		m.totals.Closed.Add(1)
		if !m.ended.Load() {
			m.totals.Cut.Add(1)
		}
		if m.totals.Packets != nil {
			m.totals.Packets.remove(m.Conn, m.ended.Load())
		}
	}
	return m.Conn.Close()
}
