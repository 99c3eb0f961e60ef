//go:build unix

package child

import "syscall"

// ownGroup puts a child into a process group of its own, away from the terminal's signals.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
