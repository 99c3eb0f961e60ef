package libraries

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
)

// frame is the payload as a server sends it: RFC 6455 section 5.2, a length of two bytes.
var frame = append([]byte{0x81, 126, 0, byte(len(payload))}, payload...)

// bare is a connection with nothing around it. What it writes is the same to the byte; what it reads it does not
// look at.
type bare struct{ net.Conn }

func acceptBare(w http.ResponseWriter, r *http.Request) (conn, error) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return bare{c}, err
}

func (c bare) write() error {
	_, err := c.Write(frame)
	return err
}

func (c bare) read(_ context.Context, n int) error {
	buf := make([]byte, 4096)
	for left := n * len(masked); left > 0; {
		got, err := c.Read(buf[:min(left, len(buf))])
		if left -= got; err != nil {
			return err
		}
	}
	return nil
}

func (c bare) close() { _ = c.Close() }

// waitBare waits with no buffer.
func waitBare(c conn) {
	var b [1]byte
	_, _ = c.(bare).Read(b[:]) // it ends with the connection
}
