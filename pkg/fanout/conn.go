package fanout

import "net"

// Conn is a connection whose last word can be written: nothing goes over it after that. It is for sinks,
// which several goroutines write to: those of a pool, and those that answer what the client says. Reading
// is the owner's business.
type Conn struct {
	net.Conn
	turn  chan struct{} // a lock that a goroutine can wait for in virtual time
	ended bool
}

// NewConn returns a Conn on a connection.
func NewConn(conn net.Conn) *Conn { return &Conn{Conn: conn, turn: make(chan struct{}, 1)} }

// Write writes p as a whole, unless the last word was written.
func (c *Conn) Write(p []byte) (int, error) {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	if c.ended {
		return 0, ErrEnded
	}
	return c.Conn.Write(p)
}

// TryWrite writes p as a whole, unless something is being written already, and reports whether it was its turn.
func (c *Conn) TryWrite(p []byte) (bool, error) {
	select {
	case c.turn <- struct{}{}:
	default:
		return false, nil
	}
	defer func() { <-c.turn }()
	if c.ended {
		return true, ErrEnded
	}
	_, err := c.Conn.Write(p)
	return true, err
}

// Writing reports whether something is being written.
func (c *Conn) Writing() bool { return len(c.turn) > 0 }

// End writes p as the last word, unless that was written before.
func (c *Conn) End(p []byte) error {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	if c.ended {
		return ErrEnded
	}
	c.ended = true
	_, err := c.Conn.Write(p)
	return err
}
