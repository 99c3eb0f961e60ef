// Package wspush is WebSocket (RFC 6455), both sides: one opening handshake over HTTP, then a text
// frame for each message.
//
//	GET /ws?topic=0&after=17
//
// Messages that are no longer kept are told of by a text frame {"missed":N,"next":N}. The server
// pings a client now and then and closes with 1001 when it ends. Where both sides want it, texts are
// compressed, each by itself or by those before it (permessage-deflate, RFC 7692).
//
// The server's side stands on github.com/coder/websocket, because that is what people deploy. The
// client's side reads frames itself, because a ledger has to know where each one begins and ends,
// and when the read that completed it returned.
package wspush

// Path is where a target serves WebSocket.
const Path = "/ws"
