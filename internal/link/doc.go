// Package link is an emulated link: it delays and paces a connection in user space, on the client's
// side alone, as if there were a network between a client and a server that stand on one host.
//
// [Profile.Dialer] wraps a dial function. What it dials takes one round trip, as a SYN and its
// answer do. From then on every byte arrives after a one-way delay of half the round trip, and after
// the bytes before it were sent at the direction's bandwidth. Bytes stay in order: one that is late
// holds back those behind it, as TCP does. A TLS handshake takes its own round trips by itself, for
// its bytes are delayed like others.
//
// # What it keeps of TCP
//
//   - Write returns when the bytes are queued. The queue is bounded, and a writer that is ahead waits.
//     A reader that does not read stalls its server the same way.
//   - A FIN travels behind the data, in both directions. So does a reset, and data that came before it
//     can still be read.
//   - Close returns at once. What was written before still travels, and then the FIN: the connection
//     underneath is closed when the last byte has been handed to it. Where the peer does not take it,
//     that is given up lingerTimeout after the link has carried it. Closing with data unread resets
//     the connection, behind what was written.
//   - Deadlines are those of [net.Conn]. They are about the queues on this side, as a kernel's are.
//   - SyscallConn is the socket's own, so that the kernel's count of its packets can be read.
//
// An arriving byte is stamped when it is read from the socket, by a goroutine that each connection has
// for this, and which is parked while nothing comes. There are timers only for what is on its way and
// for deadlines of calls that wait. Both end when the connection is closed: the goroutine at once,
// timers when the last byte is through.
//
// # What it does not emulate
//
// Packets are not lost, and so neither sent again nor reordered. There is no congestion control and no
// slow start, where TCP needs a few round trips until it uses a fast line. There is no MTU, and headers
// of TCP and IP take no bandwidth. Each connection has its bandwidth for itself, and queues are never
// shared.
//
// Packets, and so acknowledgements, are the kernel's over loopback. The link does not delay them, and
// nothing waits for them. But the kernel sees a client that takes a round trip to react: an
// acknowledgement that would have gone with the next request goes alone, and so there are more packets
// than on a network of that distance.
//
// All is done on the client's side. The server's kernel believes in a network without distance, and its
// timeouts and its buffers are those of one. A connection is dialed when its SYN and the answer have
// had their time, so a server accepts it half a round trip before it would, and one that speaks first
// is heard as much too early. A socket stays open as long as what was written before Close travels.
//
// In one direction 256 KiB may be on their way, and what keeps a paced line busy for the delay, up to
// 4 MiB: that bounds what a connection carries where TCP's window would grow.
//
// Delays are as punctual as the runtime's timers: never early, and on Linux up to a millisecond late
// on an idle machine, more on a busy one. So a link of less than 2 ms comes out at about 2 ms. In a
// testing/synctest bubble all of it is exact.
package link
