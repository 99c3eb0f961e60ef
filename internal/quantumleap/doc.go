// Package quantumleap puts a well-known claim to the test: Lubbers & Greco 2010, "HTML5 Web Sockets: A
// Quantum Leap in Scalability for the Web", set 871 bytes of HTTP headers for each poll against 2 bytes
// for each WebSocket frame. The paper's exchange is replayed on a socket and counted, its table is
// computed again, and the same workload is measured with real clients, down to the TCP/IP packets that
// the paper leaves out.
package quantumleap
