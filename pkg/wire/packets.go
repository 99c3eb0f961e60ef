package wire

import (
	"net"
	"sync"
)

// Packets is what TCP/IP made of a connection's bytes in one direction.
type Packets struct {
	// Segments counts TCP segments, acknowledgements without data included.
	Segments int64 `json:"segments"`
	// RetransmittedBytes is how many of the bytes were sent again. Only the sender knows: it is 0
	// for what the peer sent.
	RetransmittedBytes int64 `json:"retransmitted_bytes"`
	// IPBytes is the length of the IP packets: payload, TCP header and IP header.
	IPBytes int64 `json:"ip_bytes"`
}

// Add returns p + o.
func (p Packets) Add(o Packets) Packets {
	return Packets{p.Segments + o.Segments, p.RetransmittedBytes + o.RetransmittedBytes, p.IPBytes + o.IPBytes}
}

// Sub returns p - o.
func (p Packets) Sub(o Packets) Packets {
	return Packets{p.Segments - o.Segments, p.RetransmittedBytes - o.RetransmittedBytes, p.IPBytes - o.IPBytes}
}

// Traffic is packets in both directions, as the client's kernel counted them.
type Traffic struct {
	Up   Packets `json:"up"`
	Down Packets `json:"down"`
}

// Add returns t + o.
func (t Traffic) Add(o Traffic) Traffic { return Traffic{t.Up.Add(o.Up), t.Down.Add(o.Down)} }

// Sub returns t - o.
func (t Traffic) Sub(o Traffic) Traffic { return Traffic{t.Up.Sub(o.Up), t.Down.Sub(o.Down)} }

// PacketCounter sums the packets of many connections, open ones and closed ones, from the kernel's
// own count (TCP_INFO). The zero value is ready for use, by any number of goroutines.
type PacketCounter struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed Traffic
	blind  bool // a connection could not be read
}

// Sample returns the packets so far. It reads every open connection one after the other, so while
// they carry traffic it is no sharp cut. ok is false where the kernel does not tell.
func (c *PacketCounter) Sample() (t Traffic, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t = c.closed
	for conn := range c.open {
		now, ok := readTraffic(conn, false)
		if !ok {
			return Traffic{}, false
		}
		t = t.Add(now)
	}
	return t, !c.blind
}

// add begins to count a connection.
func (c *PacketCounter) add(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[net.Conn]struct{})
	}
	c.open[conn] = struct{}{}
}

// remove takes the final reading of a connection that is about to be closed. ended says that both
// sides have sent their FIN; without that the reading cannot be final.
func (c *PacketCounter) remove(conn net.Conn, ended bool) {
	t, ok := readTraffic(conn, ended)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
	c.closed = c.closed.Add(t)
	c.blind = c.blind || !ok || !ended
}

// cutAll closes all open connections.
func (c *PacketCounter) cutAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		_ = conn.Close() // it is being given up
	}
}
