// Package memnet is a network in memory: listeners and connections that
// behave as TCP does where the tests care, and that a testing/synctest
// bubble can wait on.
//
// A socket blocks in the kernel, where a bubble cannot see it, so virtual time
// stands still for as long as a goroutine reads one. Everything here blocks on
// a condition variable, a channel or a timer instead. Those belong to the
// bubble that made them: make the [Network]'s listeners and connections inside
// the bubble that uses them.
//
// # What it keeps of TCP
//
//   - A connection is a stream. A Read returns whatever is buffered, and where
//     one Write ended is not preserved. Concurrent Writes do not interleave.
//   - Each direction has a bounded buffer, so a reader that does not drain
//     blocks its writer. The accept backlog is bounded too, so a server that
//     does not accept blocks its dialers.
//   - Connections close in halves. What was written before a close stays
//     readable, then the reader gets io.EOF.
//   - Closing with received data unread resets the connection.
//   - Deadlines, refused dials, addresses in use and closed listeners fail
//     with the errors package net gives, down to the errno.
//
// # What it does not do
//
// There is no latency, no loss and no bandwidth: a byte is readable the moment
// it is written. There are no packets, hence no segmentation, no reordering, no
// keep-alive and no peer that vanishes without a word. There is no name
// resolution: a dial reaches the listener whose address is the same string.
// There is no TLS either, though crypto/tls runs over it as over any net.Conn.
//
// Two behaviours are stricter than those of a Linux socket, so that a program
// which passes here does not rely on luck there. A reset discards what its
// receiver had yet to read, which RFC 9293 asks for and Linux does not do. And
// a write to a peer that has closed fails at once, where a socket accepts the
// first one because the news has yet to arrive.
package memnet
