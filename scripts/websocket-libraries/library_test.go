package libraries

import (
	"context"
	"net/http"
)

// payload is the message: 128 bytes of JSON, as the target's are.
var payload = []byte(`{"seq":1,"due":1000000000000,"pad":"the of and to in is that for it was on are as with his they at be this from have or by one"}`)

// A library makes a server's connections.
type library struct {
	name string
	// accept answers an opening handshake.
	accept func(w http.ResponseWriter, r *http.Request) (conn, error)
	// broadcast sends the payload to all connections, in the way that the library offers for it.
	broadcast func(to []conn) error
	// wait waits for what a client may say, as long as the connection lives. It is the end of the handler.
	wait func(conn)
}

// conn is a server's connection.
type conn interface {
	// write sends the payload as a text message.
	write() error
	// read reads n messages, each whole and into memory.
	read(ctx context.Context, n int) error
	// close cuts the connection.
	close()
}

// libraries are those that are compared. The first is the floor: what the kernel and net/http take.
var libraries = []library{
	{"bare", acceptBare, writeEach, waitBare},
	{"nhooyr", acceptNhooyr, writeEach, readOne},
	{"coder", acceptCoder, writeEach, readOne},
	{"gorilla", acceptGorilla, broadcastGorilla, readOne},
	{"gobwas", acceptGobwas, broadcastGobwas, readOne},
	{"gws", acceptGws, broadcastGws, waitGws},
}

// writeEach broadcasts with a library that has nothing for it.
func writeEach(to []conn) error {
	for _, c := range to {
		if err := c.write(); err != nil {
			return err
		}
	}
	return nil
}

// readOne waits by reading, in the handler.
func readOne(c conn) { _ = c.read(context.Background(), 1) } // it ends with the connection
