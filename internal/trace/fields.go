package trace

import (
	"net/http"
	"net/url"
	"strings"
)

// startLineKey tells the start lines apart that deserve a remark each.
func startLineKey(line string) string {
	if status, ok := strings.CutPrefix(line, "HTTP/1.1 "); ok {
		return status
	}
	_, target, _ := strings.Cut(line, " ")
	u, err := url.Parse(strings.TrimSuffix(target, " HTTP/1.1"))
	if err == nil && u.Query().Has("wait") {
		return requestWait
	}
	return "request"
}

// requestWait is the key of a request line that asks for its answer to be held.
const requestWait = "request wait"

// startLine says what a request line or a status line is for.
func (p *parser) startLine(line string) string {
	if strings.HasPrefix(line, "HTTP/") {
		h := head{first: line}
		switch h.status() {
		case http.StatusSwitchingProtocols:
			return "The status line: yes. Behind the blank line, this TCP connection speaks WebSocket and no HTTP any more."
		case http.StatusOK:
			return "The status line: there is something, and it follows the blank line."
		case http.StatusNoContent:
			return "The status line: nothing new. A 204 has no body, so an empty answer is all headers."
		}
		return "The status line."
	}
	const query = " topic= is what to follow, after= the number of the last message the client has."
	if startLineKey(line) == requestWait {
		return "The request line." + query + " wait= is how long the server may hold the answer back until there is something."
	}
	if strings.Contains(line, "/ws") {
		return "The request line: an ordinary GET, so that it passes wherever HTTP does." + query
	}
	return "The request line." + query
}

// requestFields and answerFields say what header fields are for, by their names in lower case.
var requestFields = map[string]string{
	"host":                     "Whom the client believes to be talking to: one address can serve many names (RFC 9110 section 7.2).",
	"user-agent":               "What the client calls itself. Nothing depends on it.",
	"accept":                   "The media types that the client understands.",
	"accept-encoding":          "The compressions that the client understands.",
	"accept-language":          "The languages that the user prefers.",
	"cache-control":            "No cache on the way may answer instead.",
	"pragma":                   "What Cache-Control was called before HTTP/1.1.",
	"cookie":                   "What the server stored here, sent with every request.",
	"origin":                   "The page that asks. A server uses it to refuse strangers: no other field can be trusted for that.",
	"referer":                  "The page that asks, as an address.",
	"last-event-id":            "Where a stream that broke is to go on.",
	"upgrade":                  "Which protocol the client wants to change to.",
	"sec-websocket-version":    "The version of the protocol: 13 is that of RFC 6455, and the only one in use.",
	"sec-websocket-key":        "16 random bytes in base64, new for each connection. No secret and no login: the server proves with it that it has read this request and is no cache or plain web server.",
	"sec-websocket-extensions": "The extensions that the client offers, as permessage-deflate.",
	"sec-websocket-protocol":   "The subprotocols that the client offers.",
}

var answerFields = map[string]string{
	"content-type":                "What the body is.",
	"content-length":              "How many bytes of body follow the blank line: where the answer ends, on a connection that goes on.",
	"transfer-encoding":           "How long the body will be is not known, and perhaps it never ends: it comes in chunks, each with its size in front.",
	"cache-control":               "No cache may keep this.",
	"date":                        "When the server made the answer. It has to say so (RFC 9110 section 6.6.1).",
	"upgrade":                     "The protocol that both speak from now on.",
	"sec-websocket-accept":        "The proof that the server understood: it follows from the key. (Upper and lower case are the same in field names.)",
	"sec-websocket-extensions":    "The extensions that the server agreed to.",
	"sec-websocket-protocol":      "The subprotocol that the server chose.",
	"vary":                        "Which request fields the answer depends on.",
	"access-control-allow-origin": "Which pages of other origins may read the answer.",
	"set-cookie":                  "What the client is to send back from now on.",
	"server":                      "What the server calls itself. Nothing depends on it.",
}

// aboutField says what a header field is for, or nothing about one that is not known.
func aboutField(direction Direction, name, value string) string {
	if name == "connection" {
		switch strings.ToLower(value) {
		case "upgrade":
			if direction == Up {
				return "Upgrade is meant for the next hop only: a proxy that does not know it drops it, rather than pass on what it cannot keep."
			}
			return "As in the request: Upgrade is about this connection."
		case "close":
			if direction == Up {
				return "The server is to end the connection after its answer: the next poll makes a new one."
			}
			return "The connection ends with this answer."
		case "keep-alive":
			return "The connection is to stay open, which is what HTTP/1.1 does anyway."
		}
		return ""
	}
	if strings.HasPrefix(name, "sec-fetch-") || strings.HasPrefix(name, "sec-ch-") {
		return "What a browser tells of the page that asks, and of itself."
	}
	if direction == Up {
		return requestFields[name]
	}
	return answerFields[name]
}

// fieldKey tells the values apart that deserve a remark each.
func fieldKey(name, value string) string {
	if name == "connection" || name == "content-type" {
		return strings.ToLower(value)
	}
	return ""
}
