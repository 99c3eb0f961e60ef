package libraries

import (
	"context"
	"net"
	"net/http"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// gobwas is used by its high-level helpers, wsutil, and for many with a frame that is compiled once. Its README
// shows ways to wait without a goroutine for each connection, by an epoll of one's own; here a goroutine waits,
// as it does for all the others.
type gobwas struct{ net.Conn }

func acceptGobwas(w http.ResponseWriter, r *http.Request) (conn, error) {
	c, _, _, err := ws.UpgradeHTTP(r, w)
	return gobwas{c}, err
}

func (c gobwas) write() error { return wsutil.WriteServerText(c.Conn, payload) }

func (c gobwas) read(_ context.Context, n int) error {
	for range n {
		if _, err := wsutil.ReadClientText(c.Conn); err != nil {
			return err
		}
	}
	return nil
}

func (c gobwas) close() { _ = c.Close() }

func broadcastGobwas(to []conn) error {
	compiled, err := ws.CompileFrame(ws.NewTextFrame(payload))
	if err != nil {
		return err
	}
	for _, c := range to {
		if _, err := c.(gobwas).Write(compiled); err != nil {
			return err
		}
	}
	return nil
}
