package source

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Dial returns what connects from address i, counted from 0 and round again after the last. The list is
// not empty.
func (l List) Dial(i int) func(ctx context.Context, network, address string) (net.Conn, error) {
	a := l.addresses[i%len(l.addresses)]
	d := net.Dialer{
		LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0)),
		Control:   func(_, _ string, c syscall.RawConn) error { return chooseLate(c) },
	}
	return d.DialContext
}

// discard is the port of a protocol that nobody serves (RFC 863). Nothing is sent there.
const discard = 9

// Check returns an error that names the first address that is not this machine's. A socket that is bound to
// one and connected to it says so: a list of interfaces does not have all of 127.0.0.0/8, which is this
// machine's on Linux. Nothing is sent.
func (l List) Check() error {
	for _, a := range l.addresses {
		if err := check(a); err != nil {
			return fmt.Errorf("%s is not an address of this machine (%w): name one that is, as ip address lists them, or add it to an interface", a, err)
		}
	}
	return nil
}

func check(a netip.Addr) error {
	d := net.Dialer{
		LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)),
		Control:   func(_, _ string, c syscall.RawConn) error { return refuseBroadcast(c) },
	}
	conn, err := d.DialContext(context.Background(), "udp", netip.AddrPortFrom(a, discard).String())
	if err != nil {
		if reason := errors.Unwrap(err); reason != nil {
			return reason // the rest of it names ports
		}
		return err
	}
	return conn.Close()
}
