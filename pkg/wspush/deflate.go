package wspush

import (
	"errors"
	"fmt"
	"strings"
)

// Deflate says whether and how messages are compressed (permessage-deflate, RFC 7692). The zero
// value is DeflateOff.
type Deflate string

// The ways to compress. With context takeover a message is compressed by what stood in those before
// it, for which both sides keep a window for each connection.
const (
	DeflateOff        Deflate = "off"
	DeflateNoTakeover Deflate = "no-takeover"
	DeflateTakeover   Deflate = "takeover"
)

// What RFC 7692 section 7.1 names. There is a fifth name, client_max_window_bits, which may not come
// here: it answers a parameter that no client here offers (section 7.1.2.2).
const (
	deflateExtension = "permessage-deflate"
	clientNoTakeover = "client_no_context_takeover"
	serverNoTakeover = "server_no_context_takeover"
	serverWindowBits = "server_max_window_bits"
)

// offer returns the extension as a client asks for it, "" for none. A client here sends no message,
// so it promises to take over no context of its own (section 7.1.1.2): that spares the server a
// window to inflate by.
func (d Deflate) offer() string {
	switch d {
	case DeflateTakeover:
		return deflateExtension + "; " + clientNoTakeover
	case DeflateNoTakeover:
		return deflateExtension + "; " + clientNoTakeover + "; " + serverNoTakeover
	}
	return ""
}

// agree returns how the server compresses, as its answer to the offer says in the given values of
// Sec-WebSocket-Extensions: not at all when there is none (section 5). What does not answer the
// offer fails the connection (section 7.1).
func (d Deflate) agree(answer []string) (Deflate, error) {
	if len(answer) == 0 {
		return DeflateOff, nil
	}
	if d.offer() == "" {
		return DeflateOff, errors.New("no extension was asked for")
	}
	if len(answer) > 1 {
		return DeflateOff, errors.New("the field may come once") // RFC 6455 section 11.3.2
	}
	parameters := strings.Split(answer[0], ";")
	if name := trim(parameters[0]); name != deflateExtension {
		return DeflateOff, fmt.Errorf("%q was not asked for", name)
	}
	named, err := checkParameters(parameters[1:])
	switch {
	case err != nil:
		return DeflateOff, err
	case named[serverNoTakeover]:
		return DeflateNoTakeover, nil // a server may say so unasked (section 7.1.1.1)
	case d == DeflateNoTakeover:
		return DeflateOff, fmt.Errorf("%s was asked for", serverNoTakeover)
	}
	return DeflateTakeover, nil
}

// insist refuses a server that may compress otherwise, but not as it was asked to: what would be
// measured is not what the measurement would be called.
func (d Deflate) insist(agreed Deflate) error {
	switch {
	case d.offer() == "" || agreed == d:
		return nil
	case agreed == DeflateNoTakeover:
		return errors.New("the server compresses each message by itself only: let it keep its context, or ask for " + string(agreed))
	}
	return fmt.Errorf("the server does not compress messages: let it (--deflate %s), or do not ask for it", d)
}

// checkParameters checks the parameters of an answer, and returns which were named.
func checkParameters(parameters []string) (map[string]bool, error) {
	named := make(map[string]bool)
	for _, parameter := range parameters {
		name, value, valued := strings.Cut(parameter, "=")
		name = trim(name)
		switch name {
		case clientNoTakeover, serverNoTakeover:
			if valued {
				return nil, fmt.Errorf("%s takes no value", name)
			}
		case serverWindowBits:
			// The window here is the largest, and so large enough.
			if !isWindowBits(trim(value)) {
				return nil, fmt.Errorf("%s is %q, not 8 to 15", name, trim(value))
			}
		default:
			return nil, fmt.Errorf("parameter %q is no answer to what was asked for", name)
		}
		if named[name] {
			return nil, fmt.Errorf("%s comes twice", name)
		}
		named[name] = true
	}
	return named, nil
}

// isWindowBits reports whether value is the base-2 logarithm of a window, without leading zeros
// (section 7.1.2.1). It may stand in quotes (RFC 6455 section 9.1), but no digit behind a backslash,
// which would be allowed there and is not worth the code.
func isWindowBits(value string) bool {
	if n := len(value); n >= 2 && value[0] == '"' && value[n-1] == '"' {
		value = value[1 : n-1]
	}
	switch value {
	case "8", "9", "10", "11", "12", "13", "14", "15":
		return true
	}
	return false
}

// trim takes off the white space that may stand around each part of a field (RFC 9110 section 5.6.3).
func trim(s string) string { return strings.Trim(s, " \t") }
