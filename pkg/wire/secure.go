package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// Sizes of a TLS 1.3 record (RFC 8446 section 5.2) beside its content: the header, and behind the
// content its type and the tag of AES-GCM or ChaCha20-Poly1305.
const (
	recordHeader   = 5
	recordTrailer  = 1 + 16
	recordOverhead = recordHeader + recordTrailer
)

// ErrTLSVersion says that a server offered an older TLS than 1.3, whose records are not understood
// here.
var ErrTLSVersion = errors.New("wire: TLS 1.3 is needed")

// Secure makes the TLS handshake as a client. From then on the meter reads and writes through TLS.
// It is called before anything else is read or written. config must ask for TLS 1.3.
func (m *Meter) Secure(ctx context.Context, config *tls.Config) error {
	m.socket.records = &records{}
	conn := tls.Client(m.socket, config)
	err := conn.HandshakeContext(ctx)
	s := &secure{conn: conn, socket: m.socket}
	m.socket.records.forget() // all that is complete by now was the handshake's
	m.secure, m.Conn = s, conn
	if err != nil {
		return err
	}
	state := conn.ConnectionState()
	if state.Version != tls.VersionTLS13 {
		return ErrTLSVersion
	}
	if state.DidResume {
		s.resumed = 1
	} else {
		s.full = 1
	}
	return nil
}

// secure is TLS over a socket, and the account of what TLS itself took.
type secure struct {
	conn      *tls.Conn
	socket    *socket
	plain     atomic.Int64 // bytes of the stream that were read
	peerEnded atomic.Bool  // the peer's close_notify has been read, or its FIN

	writing sync.Mutex // so that what a write took on the socket is known to be its own
	up      int64      // bytes on the socket that carried the stream, guarded by writing
	upPlain int64      // bytes of the stream that were written, guarded by writing

	full, resumed int64
	booked        Ledger // what has been booked so far
}

// write writes to the stream, and notes how many bytes that took on the socket.
func (s *secure) write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	before := s.socket.written.Load()
	n, err := s.conn.Write(p)
	s.up += s.socket.written.Load() - before
	s.upPlain += int64(n)
	return n, err
}

// wasRead accounts for a read of the stream that had room for room bytes and got n.
func (s *secure) wasRead(n, room int, err error) {
	if n > 0 {
		s.plain.Add(int64(n))
		s.socket.records.open(int64(n), int64(room))
	}
	if errors.Is(err, io.EOF) {
		s.peerEnded.Store(true)
	}
}

// BookOverhead adds to l what TLS has taken since the last call: the handshakes, the bytes of records that
// carried none of the stream (handshake, session tickets, alerts), and what the records that did are
// longer than what they carried. On plain TCP that is nothing. It is called by whoever reads.
func (m *Meter) BookOverhead(l *Ledger) {
	if m.secure != nil {
		m.secure.bookOverhead(l)
	}
}

func (s *secure) bookOverhead(l *Ledger) {
	s.writing.Lock()
	up, upPlain := s.up, s.upPlain
	written := s.socket.written.Load()
	s.writing.Unlock()
	// A record counts when the stream got something out of it. One that has not, yet, is not the
	// handshake's for that: it is left for later, unless nothing more can come.
	carried := s.socket.records.opened * recordOverhead
	waiting := s.socket.records.waiting()
	if s.peerEnded.Load() {
		waiting = 0
	}
	now := Ledger{
		TLSFull:    s.full,
		TLSResumed: s.resumed,
		Up:         Bytes{TLS: up - upPlain, Handshake: written - up},
		Down: Bytes{
			TLS:       carried,
			Handshake: s.socket.read.Load() - waiting - carried - s.socket.records.content,
		},
	}
	since := now.Sub(s.booked)
	l.Book(&since)
	s.booked = now
}
