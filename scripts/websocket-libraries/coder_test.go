package libraries

import (
	"context"
	"net/http"

	"github.com/coder/websocket"
)

// coder is used as its README shows: Accept in the handler, Read and Write with a context. Compression is off
// unless it is asked for.
type coder struct{ c *websocket.Conn }

func acceptCoder(w http.ResponseWriter, r *http.Request) (conn, error) {
	c, err := websocket.Accept(w, r, nil)
	return coder{c}, err
}

func (c coder) write() error {
	return c.c.Write(context.Background(), websocket.MessageText, payload)
}

func (c coder) read(ctx context.Context, n int) error {
	for range n {
		if _, _, err := c.c.Read(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c coder) close() { _ = c.c.CloseNow() }
