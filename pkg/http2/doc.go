// Package http2 is the client's side of HTTP/2 (RFC 9113) on a metered connection: one stream after
// the other, as a client that polls or follows an event stream needs it, and an account of what each
// frame took. Frames and header compression (RFC 7541) are golang.org/x/net's.
package http2
