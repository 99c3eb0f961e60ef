package target

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// boundUnacknowledged bounds how long a client may leave unacknowledged what it was sent, or its receive window shut
// (TCP_USER_TIMEOUT, RFC 5482). A client that vanishes without a FIN is found out so. Without a bound the kernel
// would send again for a quarter of an hour, and the socket, the goroutine and what waits in buffers would stay for
// so long. It is not set on the listener, to be inherited: Go's is one for multipath TCP, which does not have it.
func boundUnacknowledged(c net.Conn, timeout time.Duration) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return // it is no kernel's
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return // it is closed
	}
	_ = raw.Control(func(fd uintptr) {
		// Where there is no such option the kernel's own bound holds.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(timeout.Milliseconds()))
	})
}
