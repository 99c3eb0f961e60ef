package memnet

import (
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// The ports IANA leaves to dynamic use, which keeps a dialer's port from being
// mistaken for a service's.
const (
	firstDynamicPort = 49152
	lastDynamicPort  = 65535
	dynamicPorts     = lastDynamicPort - firstDynamicPort + 1
)

// addr is the host:port of an endpoint. The host is a name rather than an IP
// address because a test reads better when it dials "server:80".
type addr string

// Network says "tcp", since code that asks wants to know how the connection
// behaves, not where it lives.
func (a addr) Network() string { return "tcp" }

func (a addr) String() string { return string(a) }

// dialerAddr is the address of the n-th dialer. It is an IP address because
// servers parse the remote one, and no two dialers share it because servers
// tell clients apart by it; the host changes only when its ports run out, as
// clients behind one machine would look.
func dialerAddr(n uint32) addr {
	host := n/dynamicPorts + 1
	ip := netip.AddrFrom4([4]byte{10, byte(host >> 16), byte(host >> 8), byte(host)})
	port := uint16(firstDynamicPort + n%dynamicPorts)
	return addr(netip.AddrPortFrom(ip, port).String())
}

// resolve rejects what package net would reject, so that a malformed address
// does not pass a test and fail in production. It does not look names up.
func resolve(network, address string) (addr, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return "", net.UnknownNetworkError(network)
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return "", err
	}
	return addr(address), nil
}

// choosePort gives an address whose port is 0 the first dynamic port that is
// free, because servers under test ask for one by habit.
func choosePort(a addr, taken func(addr) bool) (addr, error) {
	host, port, err := net.SplitHostPort(string(a))
	if err != nil || port != "0" {
		return a, err
	}
	for free := firstDynamicPort; free <= lastDynamicPort; free++ {
		a = addr(net.JoinHostPort(host, strconv.Itoa(free)))
		if !taken(a) {
			return a, nil
		}
	}
	return "", syscall.EADDRINUSE
}
