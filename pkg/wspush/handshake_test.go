package wspush

import (
	"encoding/base64"
	"io"
	"net"
	"strings"
	"testing"

	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/wire"
)

// The key of RFC 6455 sections 1.2 and 1.3, and what follows from it.
const (
	rfcKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	rfcAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

func TestAcceptFor(t *testing.T) {
	if got := acceptFor(rfcKey); got != rfcAccept {
		t.Errorf("accept %s, want %s", got, rfcAccept)
	}
}

func TestNewKeyIs16FreshBytes(t *testing.T) {
	a, b := newKey(), newKey()
	if nonce, err := base64.StdEncoding.DecodeString(a); err != nil || len(nonce) != 16 || a == b {
		t.Errorf("keys %s and %s: %d bytes, %v; want 16, and two keys", a, b, len(nonce), err)
	}
}

func TestUpgrade(t *testing.T) {
	const head = "GET /chat?topic=0 HTTP/1.1\r\n" +
		"Host: server.example.com\r\n" +
		"Connection: Upgrade\r\n" +
		"Upgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: " + rfcKey + "\r\n"
	agent := exchange.Field{Name: "User-Agent", Value: "Go-http-client/1.1"}
	offer := exchange.Field{Name: "sec-websocket-extensions", Value: "permessage-deflate; client_max_window_bits"}
	const noTakeover = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
	for _, c := range []struct {
		deflate Deflate
		fields  []exchange.Field
		want    string
	}{
		{"", nil, head},
		{DeflateOff, []exchange.Field{agent}, head + "User-Agent: Go-http-client/1.1\r\n"},
		{DeflateNoTakeover, nil, head + noTakeover},
		{DeflateTakeover, nil, head + "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"},
		// A browser offers in every handshake: that is part of its fields, unless there is an offer to be made.
		{DeflateOff, []exchange.Field{offer, agent}, head + offer.Name + ": " + offer.Value + "\r\nUser-Agent: Go-http-client/1.1\r\n"},
		{DeflateNoTakeover, []exchange.Field{offer, agent}, head + noTakeover + "User-Agent: Go-http-client/1.1\r\n"},
	} {
		got := http1.AppendRequest(nil, upgrade([]byte("/chat?topic=0"), "server.example.com", rfcKey, c.fields, c.deflate))
		if string(got) != c.want+"\r\n" {
			t.Errorf("%s: request\n%q, want\n%q", c.deflate, got, c.want+"\r\n")
		}
	}
}

// answering is a connection on which an answer has arrived.
type answering struct {
	net.Conn
	io.Reader
}

func (a answering) Read(p []byte) (int, error) { return a.Reader.Read(p) }

// A client must check every one of these (RFC 6455 section 4.1).
func TestCheckUpgrade(t *testing.T) {
	const good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + rfcAccept + "\r\n"
	for _, c := range []struct{ name, answer, says string }{
		{"the sample of section 1.2", good, ""},
		{"other capitals, a list", strings.NewReplacer("websocket", "WebSocket", ": Upgrade", ": keep-alive , UPGRADE").Replace(good), ""},
		{"minimal, without reason", strings.Replace(good, " Switching Protocols", "", 1), ""},
		{"not switched", strings.Replace(good, "101 Switching Protocols", "200 OK", 1), "status 200"},
		{"another protocol", strings.Replace(good, "websocket", "h2c", 1), `Upgrade "h2c"`},
		{"no upgrade", strings.Replace(good, "Upgrade: websocket\r\n", "", 1), `Upgrade ""`},
		{"no connection", strings.Replace(good, "Connection: Upgrade\r\n", "", 1), "without Connection"},
		{"connection of a longer name", strings.Replace(good, ": Upgrade", ": Upgrades", 1), "without Connection"},
		{"no accept", strings.Replace(good, "Sec-WebSocket-Accept: "+rfcAccept+"\r\n", "", 1), `Sec-WebSocket-Accept ""`},
		{"accept of another key", strings.Replace(good, "s3p", "S3p", 1), "does not follow from the key"},
		{"extension", good + "Sec-WebSocket-Extensions: permessage-deflate\r\n", `Sec-WebSocket-Extensions ["permessage-deflate"]: no extension was asked for`},
		{"subprotocol", good + "Sec-WebSocket-Protocol: chat\r\n", "subprotocol"},
	} {
		head, err := http1.NewConn(wire.NewMeter(answering{Reader: strings.NewReader(c.answer + "\r\n")}, clock.New(), new(wire.Totals))).ReadHead()
		if err != nil {
			t.Fatal(err)
		}
		_, err = checkUpgrade(head, rfcKey, DeflateOff)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}
