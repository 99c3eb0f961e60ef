package wspush

import (
	"context"
	"fmt"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
)

// Client follows one topic over WebSocket, on a connection of its own.
type Client struct {
	Dialer       *transport.Dialer
	Endpoint     transport.Endpoint
	Subscription transport.Subscription
	// Fields are the header fields of the opening handshake, besides those that make it one.
	Fields []exchange.Field
	// Deflate is what the client offers and insists on: a server that declines is not followed.
	Deflate Deflate
}

// Subscribe follows the topic until ctx is done, and then returns nil, or until the connection
// breaks. The 101 is the server's acceptance. When ctx ends, the connection is closed with a closing
// handshake (RFC 6455 section 7). It starts no goroutine that outlives the call.
func (c *Client) Subscribe(ctx context.Context, sink transport.Sink) error {
	meter, err := c.Dialer.Connect(ctx, c.Endpoint.Address)
	if err != nil {
		return transport.UnlessDone(ctx, err)
	}
	r := &reader{conn: http1.NewConn(meter), sink: sink}
	defer r.end()
	if err := c.open(ctx, r); err != nil {
		return transport.UnlessDone(ctx, fmt.Errorf("opening handshake: %w", err))
	}
	release := transport.AfterFunc(ctx, func() { r.sendClose(closeNormal) })
	defer release()
	if err := sink.Ready(ctx); err != nil {
		return transport.UnlessDone(ctx, err)
	}
	return transport.UnlessDone(ctx, r.follow())
}
