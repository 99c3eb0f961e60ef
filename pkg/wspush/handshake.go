package wspush

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6455 says SHA-1; nothing secret depends on it
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

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

// appendUpgrade appends the request of an opening handshake (section 4.1).
func appendUpgrade(b []byte, target, host, key string) []byte {
	return http1.AppendGet(b, target, host,
		http1.Field{Name: "Connection", Value: "Upgrade"},
		http1.Field{Name: "Upgrade", Value: "websocket"},
		http1.Field{Name: "Sec-WebSocket-Version", Value: "13"},
		http1.Field{Name: "Sec-WebSocket-Key", Value: key})
}

// checkUpgrade checks the server's answer to an opening handshake made with key (section 4.1).
func checkUpgrade(head http1.Head, key string) error {
	if head.StatusCode != http.StatusSwitchingProtocols {
		return http1.NewStatusError(head.StatusCode, nil)
	}
	if !strings.EqualFold(head.Header.Get("Upgrade"), "websocket") {
		return fmt.Errorf("101 with Upgrade %q, not websocket", head.Header.Get("Upgrade"))
	}
	if !hasToken(head.Header.Values("Connection"), "upgrade") {
		return errors.New("101 without Connection: Upgrade")
	}
	if got := head.Header.Get("Sec-WebSocket-Accept"); got != acceptFor(key) {
		return fmt.Errorf("Sec-WebSocket-Accept %q does not follow from the key", got)
	}
	if head.Header.Get("Sec-WebSocket-Extensions") != "" || head.Header.Get("Sec-WebSocket-Protocol") != "" {
		return errors.New("101 with an extension or subprotocol that was not asked for")
	}
	return nil
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
