package trace

import (
	"bytes"
	"encoding/json"
	"fmt"

	"pollpush/pkg/feed"
)

// What a poll's answer consists of.
const (
	arrayBegins tokenKind = "array begins"
	arrayComma  tokenKind = "array comma"
	arrayEnds   tokenKind = "array ends"
	messageJSON tokenKind = "message"
	gapJSON     tokenKind = "gap"
	other       tokenKind = "other"
)

// abouts say what a token is.
var abouts = map[tokenKind]string{
	arrayBegins: "The answer is a JSON array: its brackets and commas are framing, not message.",
	arrayComma:  "Between two messages.",
	arrayEnds:   "The array ends, and with it the body, as Content-Length has said.",
	messageJSON: "The message itself, the same bytes on every transport: its number, when it was due (ns), and padding.",
	gapJSON:     "What this subscription has missed: it is told so, in a message's place.",

	eventID:      "The event's id. A browser that reconnects sends the last one it saw, as Last-Event-ID.",
	eventType:    "The event's type; without one it is a \"message\".",
	eventRetry:   "How long a browser waits before it reconnects, in ms.",
	eventComment: "A comment: it says nothing, and keeps proxies from closing a quiet stream.",
	eventData:    "The field name in front of the data.",
	eventLine:    "The line ends; data with line ends in it would take a data: line for each of its lines.",
	eventEnds:    "The blank line ends the event: now it is dispatched.",
}

func (t token) about() string { return abouts[t.kind] }

// arrayTokens cuts the JSON array of a poll's answer. The standard library's decoder says where each
// value ends.
func arrayTokens(body []byte) []token {
	var tokens []token
	decoder := json.NewDecoder(bytes.NewReader(body))
	done := 0
	upTo := func(end int, kind tokenKind) {
		if end > done {
			tokens = append(tokens, token{kind: kind, length: end - done})
			done = end
		}
	}
	if t, err := decoder.Token(); err != nil || t != json.Delim('[') {
		return []token{{kind: other, length: len(body)}}
	}
	upTo(int(decoder.InputOffset()), arrayBegins)
	for decoder.More() {
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		end := int(decoder.InputOffset())
		upTo(end-len(value), arrayComma)
		tokens = append(tokens, messageToken(value))
		done = end
	}
	upTo(len(body), arrayEnds)
	return tokens
}

// messageToken tells a message from a gap and from what is neither.
func messageToken(b []byte) token {
	if m, err := feed.Decode(b); err == nil {
		return token{kind: messageJSON, length: len(b), message: true, title: fmt.Sprintf("message %d", m.Seq)}
	}
	if _, ok := feed.DecodeGap(b); ok {
		return token{kind: gapJSON, length: len(b), title: "a gap"}
	}
	return token{kind: other, length: len(b)}
}
