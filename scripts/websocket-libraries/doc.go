// Package libraries runs Go's WebSocket libraries side by side, as a server of small text messages.
//
//	go test -bench .          every library, every job
//	results/websocket-libraries/run
//
// The second repeats it six times and makes the table that is published. This is a module of its own, so that
// the project depends on none of the libraries but the one that it chose.
//
// The jobs are one text message of 128 bytes written to one connection, written to a thousand connections, read
// from one, and the memory of a connection on which nothing happens. In all of them the library is the server,
// and what stands at the other end is the same for all: a bare connection that knows just enough of RFC 6455. So
// what differs is the library's. Everything goes over TCP on loopback, without compression, and each library is
// used as its own documentation shows; library_test.go and its neighbours say how.
package libraries
