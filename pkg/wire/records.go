package wire

import (
	"encoding/binary"
	"slices"
)

// records tells the TLS records on a socket apart: those that carried the stream, and the others.
// It sees the bytes below TLS as they arrive (scan), and how much of the stream comes out above it
// (open). It is used by the one goroutine that reads.
type records struct {
	header [recordHeader]byte // of the record being scanned
	have   int                // bytes of it that are here
	left   int64              // bytes of its body that are still to come
	length int64              // of its body

	queue  []int64 // content lengths of complete records nothing came out of yet, oldest first
	queued int64   // their bytes on the socket
	spare  int64   // content of the last opened record that was not read yet

	opened  int64 // records that carried the stream
	content int64 // what they carried
}

// scan takes the next bytes from the socket.
func (r *records) scan(p []byte) {
	for len(p) > 0 {
		if r.have < recordHeader {
			n := copy(r.header[r.have:], p)
			r.have += n
			p = p[n:]
			if r.have == recordHeader {
				r.length = int64(binary.BigEndian.Uint16(r.header[3:]))
				r.left = r.length
			}
		}
		n := min(r.left, int64(len(p)))
		r.left -= n
		p = p[n:]
		if r.have == recordHeader && r.left == 0 {
			r.queue = append(r.queue, r.length-recordTrailer)
			r.queued += recordHeader + r.length
			r.have = 0
		}
	}
}

// forget drops the complete records: they were the handshake's.
func (r *records) forget() { r.queue, r.queued = nil, 0 }

// open accounts for n bytes that came out above TLS into room bytes. TLS returns at most one record
// at a time, and all of it if there is room. So a record that is longer than what came out, though
// there was room for more, carried none of it: it was a session ticket.
func (r *records) open(n, room int64) {
	if r.spare > 0 {
		r.spare -= n
		return
	}
	for len(r.queue) > 0 {
		length := r.queue[0]
		r.queue = slices.Delete(r.queue, 0, 1) // it is short, and keeps its memory
		r.queued -= recordHeader + length + recordTrailer
		if length == n || (length > n && n == room) {
			r.opened++
			r.content += length
			r.spare = length - n
			return
		}
	}
}

// waiting returns the bytes on the socket that belong to records nothing came out of yet.
func (r *records) waiting() int64 {
	partial := int64(r.have)
	if r.have == recordHeader {
		partial += r.length - r.left
	}
	return r.queued + partial
}
