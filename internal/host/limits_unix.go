//go:build unix

package host

import "golang.org/x/sys/unix"

// OpenFiles returns how many files this process may have open. The Go runtime has raised the limit
// to the hard one already.
func OpenFiles() uint64 {
	soft, _ := openFiles()
	return soft
}

// openFiles returns the limit that counts, and the one that it can be raised to.
func openFiles() (soft, hard uint64) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return Unlimited, Unlimited
	}
	return uint64(min(limit.Cur, Unlimited)), uint64(min(limit.Max, Unlimited)) //nolint:unconvert // they are signed on FreeBSD
}

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}
