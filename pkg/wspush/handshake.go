package wspush

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6455 says SHA-1; nothing secret depends on it
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
)

// acceptGUID is what RFC 6455 section 1.3 appends to the key.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// newKey returns a Sec-WebSocket-Key: 16 random bytes in base64 (section 4.1).
func newKey() string {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// acceptFor returns the Sec-WebSocket-Accept that proves the server read key (section 4.2.2).
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + acceptGUID)) //nolint:gosec // as above
	return base64.StdEncoding.EncodeToString(sum[:])
}

// extensions is the field that offers and accepts them (section 11.3.2).
const extensions = "Sec-WebSocket-Extensions"

// upgrade returns the request of an opening handshake (section 4.1). An offer among fields makes way
// for the client's own.
func upgrade(target []byte, host, key string, fields []exchange.Field, deflate Deflate) exchange.Request {
	const own = 5
	r := exchange.Request{Target: target, Host: host, Fields: append(make([]exchange.Field, 0, own+len(fields)),
		exchange.Field{Name: "Connection", Value: "Upgrade"},
		exchange.Field{Name: "Upgrade", Value: "websocket"},
		exchange.Field{Name: "Sec-WebSocket-Version", Value: "13"},
		exchange.Field{Name: "Sec-WebSocket-Key", Value: key},
	)}
	offer := deflate.offer()
	if offer != "" {
		r.Fields = append(r.Fields, exchange.Field{Name: extensions, Value: offer})
	}
	for _, f := range fields {
		if offer == "" || !strings.EqualFold(f.Name, extensions) {
			r.Fields = append(r.Fields, f)
		}
	}
	return r
}

// checkUpgrade checks the server's answer to an opening handshake made with key (section 4.1), and
// returns what it made of the offer to compress, which must be what was offered.
func checkUpgrade(head http1.Head, key string, offered Deflate) (Deflate, error) {
	if head.Status != http.StatusSwitchingProtocols {
		return DeflateOff, exchange.NewStatusError(head.Status, nil)
	}
	if !strings.EqualFold(head.Get("Upgrade"), "websocket") {
		return DeflateOff, fmt.Errorf("101 with Upgrade %q, not websocket", head.Get("Upgrade"))
	}
	if !hasToken(head.Values("Connection"), "upgrade") {
		return DeflateOff, errors.New("101 without Connection: Upgrade")
	}
	if got := head.Get("Sec-WebSocket-Accept"); got != acceptFor(key) {
		return DeflateOff, fmt.Errorf("Sec-WebSocket-Accept %q does not follow from the key", got)
	}
	if head.Get("Sec-WebSocket-Protocol") != "" {
		return DeflateOff, errors.New("101 with a subprotocol that was not asked for")
	}
	accepted := head.Values(extensions)
	agreed, err := offered.agree(accepted)
	if err != nil {
		return DeflateOff, fmt.Errorf("101 with %s %q: %w", extensions, accepted, err)
	}
	return agreed, offered.insist(agreed)
}

// hasToken reports whether the comma-separated lists hold token.
func hasToken(lists []string, token string) bool {
	for _, list := range lists {
		for element := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(element), token) {
				return true
			}
		}
	}
	return false
}
