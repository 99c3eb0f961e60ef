package wspush

import (
	"context"
	"errors"

	"pollpush/pkg/exchange"
	"pollpush/pkg/http1"
	"pollpush/pkg/transport"
)

// open makes the opening handshake. A context that ends meanwhile ends the connection in order.
func (c *Client) open(ctx context.Context, r *reader) error {
	release := transport.AfterFunc(ctx, r.conn.Meter().Finish)
	target := c.Subscription.AppendQuery([]byte(c.Endpoint.Prefix + Path + "?"))
	key := newKey()
	err := r.open(upgrade(target, c.Endpoint.Host, key, c.Fields, c.Deflate), key, c.Deflate)
	if !release() && err == nil {
		return ctx.Err() // the FIN is out: no close frame can follow it
	}
	return err
}

// open sends the upgrade, which was made with key and offers what it does, and checks the answer.
func (r *reader) open(upgrade exchange.Request, key string, offered Deflate) error {
	cost := r.begin()
	defer r.report()
	cost.Connections = 1
	sent, err := r.conn.Ask(upgrade)
	if err != nil {
		return err
	}
	cost.Up.Handshake = sent
	head, err := r.conn.ReadHead()
	cost.Down.Handshake = head.Bytes
	if err != nil {
		return err
	}
	agreed, err := checkUpgrade(head, key, offered)
	if err != nil {
		return r.refused(head, err)
	}
	cost.Upgrades = 1
	r.inflater = newInflater(agreed)
	return nil
}

// refused books the body of an answer that is no 101, and adds what it says to the error.
func (r *reader) refused(head http1.Head, err error) error {
	var status *exchange.StatusError
	if !errors.As(err, &status) {
		return err
	}
	before := r.conn.Consumed()
	const reasonBytes = 64 << 10
	body, _ := exchange.ReadAll(r.conn.Body(head), nil, reasonBytes) // the status is the error; the body explains it if it can
	r.unit.Cost.Down.Framing = r.conn.Consumed() - before
	return exchange.NewStatusError(head.Status, body)
}
