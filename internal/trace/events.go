package trace

import "bytes"

// What an event stream consists of (HTML Living Standard, section 9.2.5).
const (
	eventID      tokenKind = "id"
	eventType    tokenKind = "event"
	eventRetry   tokenKind = "retry"
	eventComment tokenKind = "comment"
	eventData    tokenKind = "data"
	eventLine    tokenKind = "line end"
	eventEnds    tokenKind = "event ends"
)

// fieldKinds are the fields of an event, but for its data.
var fieldKinds = map[string]tokenKind{"id": eventID, "event": eventType, "retry": eventRetry, "": eventComment}

// eventTokens cuts an event stream into the lines of its events, and the data lines into name, value
// and line end. A message takes one data line.
func eventTokens(stream []byte) []token {
	var tokens []token
	for len(stream) > 0 {
		n := bytes.IndexByte(stream, '\n') + 1
		if n == 0 {
			return append(tokens, token{kind: other, length: len(stream)})
		}
		line := stream[:n]
		stream = stream[n:]
		content := bytes.TrimRight(line, "\r\n")
		name, value, _ := bytes.Cut(content, []byte(":"))
		switch kind, known := fieldKinds[string(name)]; {
		case len(content) == 0:
			tokens = append(tokens, token{kind: eventEnds, length: n})
		case string(name) == "data":
			tokens = append(tokens, dataTokens(line, content, bytes.TrimPrefix(value, []byte(" ")))...)
		case known:
			t := token{kind: kind, length: n}
			if kind == eventComment {
				t.title = "a comment"
			}
			tokens = append(tokens, t)
		default:
			tokens = append(tokens, token{kind: other, length: n})
		}
	}
	return tokens
}

func dataTokens(line, content, value []byte) []token {
	return []token{
		{kind: eventData, length: len(content) - len(value)},
		messageToken(value),
		{kind: eventLine, length: len(line) - len(content)},
	}
}
