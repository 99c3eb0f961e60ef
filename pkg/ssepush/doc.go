// Package ssepush is Server-Sent Events, both sides: one HTTP response that never ends, with an
// event for each message (HTML Living Standard, section 9.2).
//
//	GET /sse?topic=0&after=17
//
// A message is an event with its sequence number as id; Last-Event-ID, which browsers send when
// they reconnect, takes precedence over after. Messages that are no longer kept are told of by an
// event of type gap. A comment now and then keeps proxies from closing a quiet stream.
package ssepush

// Path is where a target serves event streams.
const Path = "/sse"

// gapEvent is the type of the event that tells of missed messages.
const gapEvent = "gap"
