package trace

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 says SHA-1; nothing secret depends on it
	"encoding/base64"
	"encoding/hex"
)

// acceptGUID is what RFC 6455 section 1.3 appends to the key. It stands here a second time on
// purpose: what is shown checks what package wspush does.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Accept is how Sec-WebSocket-Accept follows from Sec-WebSocket-Key (RFC 6455 section 4.2.2), step
// by step, and what the server sent.
type Accept struct {
	Key           string `json:"key"`           // the Sec-WebSocket-Key that the client sent
	Nonce         string `json:"nonce_hex"`     // what the key is the base64 of
	GUID          string `json:"guid"`          // what the RFC appends to it
	Concatenation string `json:"concatenation"` // the two together
	SHA1          string `json:"sha1_hex"`      // the hash of that
	Base64        string `json:"base64"`        // the hash in base64, which is what must be sent
	Sent          string `json:"sent"`          // the Sec-WebSocket-Accept that the server sent
	Matches       bool   `json:"matches"`       // whether the two are the same
}

// Explain computes what a server must answer to key, and compares it with what it sent.
func Explain(key, sent string) *Accept {
	a := &Accept{Key: key, GUID: acceptGUID, Concatenation: key + acceptGUID, Sent: sent}
	if nonce, err := base64.StdEncoding.DecodeString(key); err == nil {
		a.Nonce = hex.EncodeToString(nonce)
	}
	sum := sha1.Sum([]byte(a.Concatenation)) //nolint:gosec // as above
	a.SHA1 = hex.EncodeToString(sum[:])
	a.Base64 = base64.StdEncoding.EncodeToString(sum[:])
	a.Matches = a.Base64 == sent
	return a
}

// lines returns the explanation as it is shown, without wrapping.
func (a *Accept) lines() []string {
	verdict := "the same: the server has read this very request, and speaks WebSocket"
	if !a.Matches {
		verdict = "NOT the same: the client must give the connection up"
	}
	return []string{
		"How it follows from the key (RFC 6455 section 4.2.2):",
		"1. the key as sent   " + a.Key + "   (text, not decoded)",
		"2. + the fixed GUID  " + a.GUID,
		"   = concatenated    " + a.Key,
		"                     " + a.GUID,
		"3. SHA-1 of that     " + a.SHA1,
		"4. base64 of these   " + a.Base64,
		"   the server sent   " + a.Sent,
		"   " + verdict,
	}
}
