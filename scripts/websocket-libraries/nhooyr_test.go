package libraries

import (
	"context"
	"net/http"

	"nhooyr.io/websocket" //nolint:staticcheck // it is deprecated, and that is what is looked at
)

// nhooyr is used as its README shows: Accept in the handler, Read and Write with a context. Compression is off
// unless it is asked for.
type nhooyr struct{ c *websocket.Conn }

func acceptNhooyr(w http.ResponseWriter, r *http.Request) (conn, error) {
	c, err := websocket.Accept(w, r, nil)
	return nhooyr{c}, err
}

func (c nhooyr) write() error {
	return c.c.Write(context.Background(), websocket.MessageText, payload)
}

func (c nhooyr) read(ctx context.Context, n int) error {
	for range n {
		if _, _, err := c.c.Read(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c nhooyr) close() { _ = c.c.CloseNow() }
