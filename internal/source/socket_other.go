//go:build !linux

package source

import "syscall"

// chooseLate does nothing: this system chooses a port when it can.
func chooseLate(syscall.RawConn) error { return nil }

// refuseBroadcast does nothing: what no connection comes from shows when it is dialed from.
func refuseBroadcast(syscall.RawConn) error { return nil }
