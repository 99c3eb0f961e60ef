// Package model predicts what a scenario costs and how late its messages arrive, from closed forms:
// no I/O, no clock, no state. What is measured is put beside it.
//
// It is about one client, on a path without loss, to a server that is never busy; what many clients
// do to a server is Host's. Symbols, as the comments use them:
//
//	λ  messages a second on the topic        d  delay of the path, one way; R = 2d
//	P  1/λ, where arrivals are fixed         s  from reading the log until the answer leaves
//	T  poll interval                         p  from a request's arrival until the log is read
//	H  hold of a long poll                   δ  from an answer's arrival until the client is ready to ask
//	h  what a fresh connection takes before the request can leave: R for TCP, R more for TLS 1.3
package model
