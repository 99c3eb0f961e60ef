package source

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// chooseLate has the kernel choose a socket's local port when it connects and not when it is bound (ip(7),
// IP_BIND_ADDRESS_NO_PORT). At the bind it does not know the destination, and would give each port of an
// address to one connection only, whatever it goes to.
func chooseLate(c syscall.RawConn) error {
	return set(c, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}

// refuseBroadcast has the kernel refuse broadcast addresses, which can be bound to; package net allows them.
func refuseBroadcast(c syscall.RawConn) error {
	return set(c, unix.SOL_SOCKET, unix.SO_BROADCAST, 0)
}

// set sets a socket option.
func set(c syscall.RawConn, level, option, value int) error {
	var err error
	controlErr := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, value) })
	return os.NewSyscallError("setsockopt", errors.Join(controlErr, err))
}
