// Package exchange is what a client knows of HTTP, whatever version carries it: a request, its
// answer, and what the two took on the wire. Packages http1 and http2 implement its Conn.
package exchange
