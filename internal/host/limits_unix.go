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
		return unlimited, unlimited
	}
	return uint64(min(limit.Cur, unlimited)), uint64(min(limit.Max, unlimited)) //nolint:unconvert // they are signed on FreeBSD
}

// unlimited stands for a limit that is none, or is not known.
const unlimited = 1 << 30

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}
