// Package http1 is a client's side of HTTP/1.1 on a connection that the client owns.
//
// net/http's Transport pools connections and decides behind its caller's back when to open one,
// and hides where a head ends and a body begins. A benchmark that counts connections and header
// bytes needs to know both. So the bytes of a request are written here as they are, and a response
// is read with the exact number of bytes that each part of it took.
package http1
