package libraries

import (
	"context"
	"net/http"

	"github.com/lxzan/gws"
)

// gwsConn is used as gws's README shows: an Upgrader with an event handler, ReadLoop on a goroutine of its own, so
// that the handler's memory can be let go of, and a Broadcaster for what goes to many.
type gwsConn struct {
	c      *gws.Conn
	events *gwsEvents
}

// gwsEvents counts what a connection's ReadLoop brings.
type gwsEvents struct {
	gws.BuiltinEventHandler
	left  int        // messages until it is told
	ended chan error // has room for both
}

func (e *gwsEvents) OnMessage(_ *gws.Conn, message *gws.Message) {
	_ = message.Close()
	if e.left--; e.left == 0 {
		e.ended <- nil
	}
}

func (e *gwsEvents) OnClose(_ *gws.Conn, err error) { e.ended <- err }

func acceptGws(w http.ResponseWriter, r *http.Request) (conn, error) {
	events := &gwsEvents{ended: make(chan error, 2)}
	c, err := gws.NewUpgrader(events, nil).Upgrade(w, r)
	return gwsConn{c, events}, err
}

func (c gwsConn) write() error { return c.c.WriteMessage(gws.OpcodeText, payload) }

func (c gwsConn) read(_ context.Context, n int) error {
	c.events.left = n
	go c.c.ReadLoop() // ends with the connection
	return <-c.events.ended
}

func (c gwsConn) close() { _ = c.c.NetConn().Close() }

func broadcastGws(to []conn) error {
	b := gws.NewBroadcaster(gws.OpcodeText, payload)
	defer func() { _ = b.Close() }()
	for _, c := range to {
		if err := b.Broadcast(c.(gwsConn).c); err != nil {
			return err
		}
	}
	return nil
}

func waitGws(c conn) { go c.(gwsConn).c.ReadLoop() } // ends with the connection
