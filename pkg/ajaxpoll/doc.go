// Package ajaxpoll is polling over HTTP, both sides: short polling, which asks at an interval and
// is answered at once, and long polling, which is held until there is something to answer
// (RFC 6202 section 2). They are one protocol: a poll that names a wait is a long poll.
//
//	GET /poll?topic=0&after=17            short: answered at once
//	GET /poll?topic=0&after=17&wait=25s   long: answered when a message follows 17, or after 25s
//
// The answer is 200 with a JSON array of the messages' own objects, in order, or 204 when there
// are none. When messages after the cursor are no longer kept, the array starts with
// {"missed":N,"next":N}. A client's next cursor is the sequence number of the last message it got.
package ajaxpoll

// Path is where a target serves polls.
const Path = "/poll"
