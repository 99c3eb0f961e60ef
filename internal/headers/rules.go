package headers

import (
	"errors"
	"fmt"
	"strings"

	"pollpush/pkg/exchange"
)

// handshake is how the fields of WebSocket's opening handshake begin.
const handshake = "sec-websocket-"

// extensions is the one of them that browsers send with every upgrade and that says nothing about
// the connection that is being opened: a built-in profile may hold it, so that its upgrade is as
// long as theirs.
const extensions = handshake + "extensions"

// notInRequests says why a profile cannot have a field in requests.
var notInRequests = map[string]string{
	"host":              "the client says the host itself",
	"content-length":    "requests have no body here",
	"transfer-encoding": "requests have no body here",
	"trailer":           "requests have no body here",
	"expect":            "requests have no body here",
	"te":                "the client reads no trailers",
	"upgrade":           "the client asks for an upgrade itself",
	"last-event-id":     "it would move the client's cursor",
}

// notInAnswers says why a profile cannot have a field in answers.
var notInAnswers = map[string]string{
	"content-length":    "the target says it itself",
	"content-type":      "the target says it itself",
	"content-encoding":  "the target says it itself",
	"transfer-encoding": "the target says it itself",
	"trailer":           "answers have no trailers",
	"connection":        "the target keeps and closes its connections itself",
	"keep-alive":        "the target keeps and closes its connections itself",
	"proxy-connection":  "the target keeps and closes its connections itself",
	"upgrade":           "the target upgrades itself",
	"date":              "the target says it itself",
}

// check refuses a field that the section cannot have.
func (p *parser) check(f exchange.Field) error {
	name := strings.ToLower(f.Name)
	reason := ""
	switch {
	case p.section == sectionResponse:
		reason = checkAnswer(name, f.Value)
	case name == extensions && p.section == sectionWebSocket && p.builtIn:
	case strings.HasPrefix(name, handshake):
		reason = "the opening handshake is the client's own"
	case p.section == sectionHTTP2 && ofConnection[name]:
		reason = "it is about an HTTP/1.1 connection"
	case name == "connection":
		return p.checkConnection(f.Value)
	default:
		reason = notInRequests[name]
	}
	if reason == "" {
		return nil
	}
	return fmt.Errorf("%s cannot be in a header profile%s, as %s: take it out", f.Name, p.where(), reason)
}

// where says which section a field cannot be in.
func (p *parser) where() string {
	switch p.section {
	case sectionHTTP2, sectionResponse:
		return "'s [" + p.section + "]"
	}
	return ""
}

func checkAnswer(name, value string) string {
	switch {
	case strings.HasPrefix(name, handshake):
		return "the opening handshake is the target's own"
	case strings.HasPrefix(name, "access-control-"):
		return "it is for --allow-origin to say who may read"
	case strings.Contains(value, originMark):
		return originMark + " is known in requests only"
	}
	return notInAnswers[name]
}

// checkConnection lets a poll and an event stream say what HTTP/1.1 means anyway, as browsers do.
// An upgrade has a Connection of its own.
func (p *parser) checkConnection(value string) error {
	if !strings.EqualFold(value, "keep-alive") {
		return fmt.Errorf("a Connection of %.80q cannot be in a header profile, as the client closes and upgrades itself: take it out, or say keep-alive", value)
	}
	if p.section != sectionFetch && p.section != sectionEventSource {
		return errors.New("an upgrade has a Connection of its own: put this one into [fetch] and [eventsource]")
	}
	return nil
}

// maxFieldBytes bounds the fields of one head: a target takes a head of 16 KiB if it is told
// nothing, and the request line and the client's own fields are to fit in, too.
const maxFieldBytes = 15 << 10

// checkLength refuses a list that no server would take.
func checkLength(section string, fields []exchange.Field) error {
	if n := Bytes(fields); n > maxFieldBytes {
		return fmt.Errorf("the fields of [%s] come to more than %d bytes, which servers refuse: make them fewer or shorter", section, maxFieldBytes)
	}
	return nil
}
