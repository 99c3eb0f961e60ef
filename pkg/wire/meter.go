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

// CutAll closes the connections that Packets counts at once, without an orderly end. Whoever reads
// or writes one of them gets an error.
func (t *Totals) CutAll() {
	if t.Packets != nil {
		t.Packets.cutAll()
	}
}

// CloseTimeout bounds how long an orderly close waits for the peer's end of file.
const CloseTimeout = 5 * time.Second

// Meter is a net.Conn that counts its bytes, and notes when the last ones came in. Where TLS runs
// over it, it counts below and above: what is read and written is the stream, what Totals sum is
// the socket. Like any net.Conn it may be read by one goroutine and written by another.
type Meter struct {
	net.Conn // what is read and written: TLS where there is some, else the socket

	socket *socket
	secure *secure // nil on plain TCP
	totals *Totals
	tap    Tap // nil unless somebody wants to see the stream
	closed atomic.Bool
}

// A Tap is shown the stream of a meter, above TLS where there is TLS. It is for showing an exchange,
// not for counting it. What it is shown belongs to the meter's user, and is valid during the call.
type Tap interface {
	// WillWrite is called with what is about to be written, so that it comes before the answer.
	WillWrite(p []byte)
	// WasRead is called with what a Read brought.
	WasRead(p []byte)
}

// socket is the connection itself, where bytes are counted.
type socket struct {
	net.Conn

	clock    clock.Clock
	totals   *Totals
	read     atomic.Int64
	written  atomic.Int64
	received atomic.Int64
	ended    atomic.Bool
	records  *records // what TLS cuts the arriving bytes into; nil on plain TCP
}

// NewMeter meters conn from now on; its bytes are added to totals as well.
func NewMeter(conn net.Conn, clk clock.Clock, totals *Totals) *Meter {
	totals.Opened.Add(1)
	if totals.Packets != nil {
		totals.Packets.add(conn)
	}
	s := &socket{Conn: conn, clock: clk, totals: totals}
	return &Meter{Conn: s, socket: s, totals: totals}
}

// Read reads from the connection, and then reads the clock once: a message is received when the
// Read that completed it returns.
func (s *socket) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if n > 0 {
		s.received.Store(int64(s.clock.Now()))
		s.read.Add(int64(n))
		s.totals.Read.Add(int64(n))
		if s.records != nil {
			s.records.scan(p[:n])
		}
	}
	if errors.Is(err, io.EOF) {
		s.ended.Store(true)
	}
	return n, err
}

// Write writes to the connection. Bytes of a write that failed half-way count as far as it got.
func (s *socket) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	s.written.Add(int64(n))
	s.totals.Written.Add(int64(n))
	return n, err
}

// Tap shows the stream to t from now on. It is called after Secure, and before anything is read or
// written.
func (m *Meter) Tap(t Tap) { m.tap = t }

// Read reads from the stream.
func (m *Meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if m.tap != nil && n > 0 {
		m.tap.WasRead(p[:n])
	}
	if m.secure != nil {
		m.secure.wasRead(n, len(p), err)
	}
	return n, err
}

// Write writes to the stream.
func (m *Meter) Write(p []byte) (int, error) {
	if m.tap != nil {
		m.tap.WillWrite(p)
	}
	if m.secure != nil {
		return m.secure.write(p)
	}
	return m.Conn.Write(p)
}

// BytesRead returns how many bytes of the stream have been read.
func (m *Meter) BytesRead() int64 {
	if m.secure != nil {
		return m.secure.plain.Load()
	}
	return m.socket.read.Load()
}

// Received returns when the last bytes came in: the reading taken right after that Read.
func (m *Meter) Received() clock.Instant { return clock.Instant(m.socket.received.Load()) }

// Completed returns when what cost this much was complete: when its last bytes came in, or now if it
// was only sent.
func (m *Meter) Completed(cost *Ledger) clock.Instant {
	if cost.Down.Socket() == 0 {
		return m.Clock().Now()
	}
	return m.Received()
}

// Clock returns the clock that stamps the reads.
func (m *Meter) Clock() clock.Clock { return m.socket.clock }

// closeWriter is a connection that can end its sending half alone, as TCP and TLS can.
type closeWriter interface{ CloseWrite() error }

// CloseWrite sends the FIN, and before it TLS's close_notify where there is TLS: the peer reads the
// end of file, and may still answer.
func (m *Meter) CloseWrite() error {
	if m.secure != nil {
		_ = m.secure.conn.CloseWrite() // the FIN says the same
	}
	return m.socket.closeWrite()
}

func (s *socket) closeWrite() error {
	if c, ok := s.Conn.(closeWriter); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Finish begins an orderly close: it sends the FIN, and gives whoever reads the connection
// CloseTimeout to reach the peer's end of file. Closing at once would lose what is still on its
// way, and then the books of the two sides could not balance.
func (m *Meter) Finish() {
	m.finish(m.CloseWrite())
}

// finish goes on after the FIN was sent, or could not be: when it had been before and both sides
// are through, what is left to read is still the end of file.
func (m *Meter) finish(err error) {
	if errors.Is(err, errors.ErrUnsupported) {
		_ = m.Close() // no orderly end to be had: the caller sees a connection that never ended
		return
	}
	_ = m.SetReadDeadline(time.Now().Add(CloseTimeout))
}

// Drain ends an orderly close that Finish began: it reads to the peer's end of file, or as long as
// Finish allows, and closes. What it reads is counted, but belongs to nothing: books that were
// right without it will show it.
func (m *Meter) Drain() {
	m.readToEnd()
	_ = m.Close()
}

// FinishAlone is Finish for a connection that the peer is about to close as well. It sends the FIN
// alone: a close_notify could reach a peer that is gone, which would answer with a reset.
func (m *Meter) FinishAlone() { m.finish(m.socket.closeWrite()) }

// Follow closes a connection that the peer is closing as well, in order.
func (m *Meter) Follow() {
	m.FinishAlone()
	m.Drain()
}

// readToEnd reads the stream to its end, and behind it the socket: TLS ends before its connection.
func (m *Meter) readToEnd() {
	var scratch [512]byte
	for _, read := range []func([]byte) (int, error){m.Read, m.socket.Read} {
		var err error
		for err == nil && !m.socket.ended.Load() {
			_, err = read(scratch[:])
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return
		}
	}
}

// Close closes the connection.
func (m *Meter) Close() error {
	if m.closed.CompareAndSwap(false, true) {
		m.totals.Closed.Add(1)
		if !m.socket.ended.Load() {
			m.totals.Cut.Add(1)
		}
		if m.totals.Packets != nil {
			m.totals.Packets.remove(m.socket.Conn, m.socket.ended.Load())
		}
	}
	return m.socket.Close()
}
