package memnet

import (
	"errors"
	"os"
	"syscall"
)

// The peer learns of each end of a connection by one of these. They are errnos
// because that is what callers of package net test for.
const (
	errShutdown = syscall.EPIPE
	errReset    = syscall.ECONNRESET
)

// sysError names the system call an errno would have come from, for the same
// text in a log as a socket gives, and leaves other errors as they are.
func sysError(call string, err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return os.NewSyscallError(call, errno)
	}
	return err
}
