// Package transport is the contract that every transport keeps.
//
// On the client's side a transport brings Units to a Sink, over connections that a Dialer opens.
// On the server's side it parses a Subscription, checks an Origin, and counts into Counters. Short
// polling, long polling, Server-Sent Events and WebSocket differ in nothing else than what stands
// in their own packages.
package transport
