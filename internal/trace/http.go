package trace

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"pollpush/internal/scenario"
)

// head is the head of a request or an answer (RFC 9112 section 2.1).
type head struct {
	first  string   // the start line
	lines  [][]byte // all of them with their CRLF, the blank line included
	fields map[string]string
}

// parseHead reads the head that b begins with; ok is false when b does not hold all of it.
func parseHead(b []byte) (h head, ok bool) {
	h.fields = make(map[string]string)
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return h, false
		}
		line := b[:i+1]
		b = b[i+1:]
		h.lines = append(h.lines, line)
		content := strings.TrimRight(string(line), "\r\n")
		switch name, value, isField := strings.Cut(content, ":"); {
		case len(h.lines) == 1:
			h.first = content
		case content == "":
			return h, true
		case isField:
			h.fields[strings.ToLower(name)] = strings.TrimSpace(value)
		}
	}
}

// status returns an answer's status, 0 when it has none.
func (h head) status() int {
	words := strings.Fields(h.first)
	if len(words) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(words[1]) // 0 otherwise
	return n
}

// exchange takes a request and its answer apart, and reports whether the stream is WebSocket from
// there on, and whether there was an answer at all.
func (p *parser) exchange(up, down *reading) (upgraded, complete bool) {
	p.exchanges++
	layer := Headers
	if p.transport == scenario.WebSocket {
		layer = Handshake
	} else {
		p.counted.Requests++
	}
	question, ok := parseHead(up.rest())
	p.head(up, question, layer)
	answer, answered := head{}, false
	for ok {
		answer, answered = parseHead(down.rest())
		p.head(down, answer, layer)
		if s := answer.status(); !answered || s >= http.StatusOK || s == http.StatusSwitchingProtocols {
			break // what comes before is interim (RFC 9110 section 15.2)
		}
	}
	if !answered {
		p.unanswered(up, down)
		return false, false
	}
	if p.transport == scenario.WebSocket {
		return p.upgrade(up, down, answer), true
	}
	if p.transport == scenario.SSE {
		p.stream(up, down, answer)
		return false, true
	}
	p.poll(up, down, answer)
	return false, true
}

// unanswered ends an exchange that came to nothing.
func (p *parser) unanswered(up, down *reading) {
	if p.transport != scenario.WebSocket {
		p.counted.RequestsFailed++
	}
	phase := p.phase(max(up.order(), down.order()))
	up.end(phase, "a request that was not answered", false)
	down.end(phase, "an answer that is not complete", false)
}

// head cuts a head into its lines.
func (p *parser) head(r *reading, h head, layer Layer) {
	for i, line := range h.lines {
		content := strings.TrimRight(string(line), "\r\n")
		switch {
		case i == 0:
			r.text(len(line), layer, p.once(string(r.direction)+startLineKey(content), p.startLine(content))...)
		case content == "":
			r.text(len(line), layer, p.once(string(r.direction)+"blank", "The blank line ends the head.")...)
		default:
			name, value, _ := strings.Cut(content, ":")
			p.field(r, len(line), layer, strings.ToLower(name), strings.TrimSpace(value))
		}
	}
}

// field cuts one header field, and says what it is for when it is met for the first time.
func (p *parser) field(r *reading, n int, layer Layer, name, value string) {
	piece := Piece{Layer: layer, Text: text(r.rest()[:n])}
	piece.Remarks = p.once(string(r.direction)+name+fieldKey(name, value), aboutField(r.direction, name, value))
	switch name {
	case "sec-websocket-key":
		p.key = value
	case "sec-websocket-accept":
		piece.Accept = Explain(p.key, value)
	}
	r.raw(n, piece)
}

// upgrade ends an opening handshake.
func (p *parser) upgrade(up, down *reading, answer head) bool {
	up.end(SetUp, "opening handshake: the request", false)
	if answer.status() != http.StatusSwitchingProtocols {
		down.end(SetUp, "opening handshake: refused", false)
		return false
	}
	p.counted.Upgrades++
	down.end(SetUp, "opening handshake: the answer", false)
	return true
}

// poll takes the body of a poll's answer apart, and ends both steps.
func (p *parser) poll(up, down *reading, answer head) {
	messages := 0
	p.body(down, answer, func(body []byte) []token {
		tokens := arrayTokens(body)
		for i := range tokens {
			tokens[i].remark = p.once(string(tokens[i].kind), tokens[i].about())
			if tokens[i].message {
				messages++
			}
		}
		return tokens
	})
	for range messages {
		p.message(down.order())
	}
	title := "nothing new"
	if messages > 0 {
		p.counted.RequestsWithMessages++
		title = plural(messages, "message")
	} else {
		p.counted.RequestsEmpty++
	}
	phase := p.phase(down.order())
	if phase == Steady {
		p.steady.polls++
		if messages == 0 {
			p.steady.empty++
		}
	}
	up.end(phase, fmt.Sprintf("poll %d: the request", p.exchanges), false)
	down.end(phase, fmt.Sprintf("poll %d: the answer, %d: %s", p.exchanges, answer.status(), title), false)
}

// stream takes an event stream apart, chunk by chunk.
func (p *parser) stream(up, down *reading, answer head) {
	if answer.status() == http.StatusOK {
		p.counted.RequestsWithMessages++
	} else {
		p.counted.RequestsFailed++
	}
	up.end(SetUp, "the request for the stream", false)
	down.end(SetUp, "the answer's head: the stream is open", false)
	p.body(down, answer, func(body []byte) []token {
		tokens := eventTokens(body)
		for i := range tokens {
			tokens[i].remark = p.once(string(tokens[i].kind), tokens[i].about())
			if tokens[i].message {
				p.message(down.order()) // they cannot come before the head
			}
		}
		return tokens
	})
}
