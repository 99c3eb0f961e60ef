// Package headers holds header profiles: which header fields requests and answers carry besides
// those that they must. A browser sends several hundred bytes of them with every poll, a program of
// one's own hardly any, and with that the price of polling goes up and down.
//
// A profile is a text file, the built-in ones as well as a user's own:
//
//	# A comment on the first line says where it comes from.
//	# What stands here is in every request:
//	User-Agent: example/1.0
//
//	# Polls, short and long. {origin} is scheme://host[:port] of the target.
//	[fetch]
//	Connection: keep-alive
//	Referer: {origin}/
//
//	# Requests of event streams.
//	[eventsource]
//	Accept: text/event-stream
//
//	# Upgrades.
//	[websocket]
//	Origin: {origin}
//
//	# Polls and event streams over HTTP/2: in place of a field of that name, or on top.
//	[http2]
//	Priority: u=1, i
//
//	# What the target adds to its answers.
//	[response]
//	Server: example
//
// What is the client's or the target's own (Host, Content-Length, the opening handshake) is refused,
// as it would say something that is not so.
package headers
