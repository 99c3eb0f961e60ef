package libraries

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"
)

// gorilla is used as its chat example is: an Upgrader, ReadMessage and WriteMessage, and a PreparedMessage for
// what goes to many. Its buffers are those of the HTTP server, as they are unless sizes are given.
type gorilla struct{ c *websocket.Conn }

var gorillaUpgrader = websocket.Upgrader{}

func acceptGorilla(w http.ResponseWriter, r *http.Request) (conn, error) {
	c, err := gorillaUpgrader.Upgrade(w, r, nil)
	return gorilla{c}, err
}

func (c gorilla) write() error { return c.c.WriteMessage(websocket.TextMessage, payload) }

func (c gorilla) read(_ context.Context, n int) error {
	for range n {
		if _, _, err := c.c.ReadMessage(); err != nil {
			return err
		}
	}
	return nil
}

func (c gorilla) close() { _ = c.c.Close() }

func broadcastGorilla(to []conn) error {
	prepared, err := websocket.NewPreparedMessage(websocket.TextMessage, payload)
	if err != nil {
		return err
	}
	for _, c := range to {
		if err := c.(gorilla).c.WritePreparedMessage(prepared); err != nil {
			return err
		}
	}
	return nil
}
