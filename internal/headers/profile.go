package headers

import (
	"fmt"
	"slices"
	"strings"

	"pollpush/pkg/exchange"
)

// Profile is which header fields requests and answers carry besides those that they must. It is not
// changed once it is loaded, and may be shared. The zero value adds none.
type Profile struct {
	// Name is that of a built-in profile, or the file's path.
	Name string `json:"name"`
	// Source is where it comes from, in a line for people. It may be empty.
	Source string `json:"source,omitempty"`

	// Fetch is what polls carry, short and long, in the order in which it is sent. Values may hold {origin}:
	// Request expands it.
	Fetch []exchange.Field `json:"fetch,omitempty"`
	// EventSource is what requests of event streams carry, likewise.
	EventSource []exchange.Field `json:"event_source,omitempty"`
	// WebSocket is what upgrades carry, likewise.
	WebSocket []exchange.Field `json:"web_socket,omitempty"`
	// HTTP2 is what is different in polls and event streams over HTTP/2: a field replaces that of the
	// same name, or comes on top. Of an upgrade it says nothing: browsers send the same there.
	HTTP2 []exchange.Field `json:"http2,omitempty"`
	// Response is what the target adds to its answers, whatever carries them.
	Response []exchange.Field `json:"response,omitempty"`
}

// Kind is what a request is for.
type Kind int

// The kinds are named after what a page uses: fetch polls, EventSource follows an event stream, and
// WebSocket asks for an upgrade.
const (
	Fetch Kind = iota
	EventSource
	WebSocket
)

// String returns the name of the kind's section in a profile's file.
func (k Kind) String() string {
	switch k {
	case Fetch:
		return sectionFetch
	case EventSource:
		return sectionEventSource
	case WebSocket:
		return sectionWebSocket
	}
	return fmt.Sprintf("kind %d", int(k))
}

// Request returns what a client adds to a request of this kind, in the order in which it is sent;
// the slice is the caller's. The origin is scheme://host[:port] of the target. Over HTTP/2 the names
// are in lower case, and the fields that are about an HTTP/1.1 connection are not there (RFC 9113
// section 8.2). Over HTTP/1.1 there may be a Connection: keep-alive, never in an upgrade: a client
// that closes says so in its place.
func (p Profile) Request(kind Kind, http2 bool, origin string) []exchange.Field {
	fields := slices.Clone(*p.list(kind.String()))
	if http2 && kind == WebSocket {
		fields = overHTTP2(fields, nil)
	} else if http2 {
		fields = overHTTP2(fields, p.HTTP2)
	}
	for i, f := range fields {
		fields[i].Value = strings.ReplaceAll(f.Value, originMark, origin)
	}
	return fields
}

// originMark stands for the target's origin in the values of requests.
const originMark = "{origin}"

// overHTTP2 returns an HTTP/1.1 request's fields as they are over HTTP/2.
func overHTTP2(fields, differing []exchange.Field) []exchange.Field {
	fields = slices.DeleteFunc(fields, func(f exchange.Field) bool { return ofConnection[strings.ToLower(f.Name)] })
	for _, d := range differing {
		if i := find(fields, d.Name); i >= 0 {
			fields[i] = d
		} else {
			fields = append(fields, d)
		}
	}
	for i, f := range fields {
		fields[i].Name = strings.ToLower(f.Name)
	}
	return fields
}

// ofConnection are the fields that are about one HTTP/1.1 connection (RFC 9113 section 8.2.2).
var ofConnection = map[string]bool{
	"connection": true, "keep-alive": true, "proxy-connection": true, "transfer-encoding": true, "upgrade": true,
}

// find returns the index of the field of that name, -1 where there is none.
func find(fields []exchange.Field, name string) int {
	return slices.IndexFunc(fields, func(f exchange.Field) bool { return strings.EqualFold(f.Name, name) })
}

// Bytes returns how long the lines of these fields are in an HTTP/1.1 head, line ends included.
func Bytes(fields []exchange.Field) int {
	n := 0
	for _, f := range fields {
		n += len(f.Name) + len(": ") + len(f.Value) + len("\r\n")
	}
	return n
}
