package engine_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	captureBuffer  = 64 << 20         // in the kernel: nothing may be dropped
	captureTimeout = 10 * time.Second // for the last packets of a run that is over
)

// capture reads the packets that cross a namespace's end of the cable, in both directions.
type capture struct {
	socket *os.File
	raw    syscall.RawConn
	wire   *wiretap
	ended  chan error // what ended the reading beside the run
}

// startCapture captures what goes to and from a server's port. It is to be stopped.
func startCapture(t *testing.T, n namespace, service net.Listener) *capture {
	t.Helper()
	c := &capture{wire: newWiretap(service.Addr().(*net.TCPAddr).Port), ended: make(chan error, 1)}
	err := n.do(func() (err error) {
		c.socket, err = packetSocket(device)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.socket.Close() }) // there is nothing more to be read
	if c.raw, err = c.socket.SyscallConn(); err != nil {
		t.Fatal(err)
	}
	go func() { c.ended <- c.read(func() bool { return false }) }()
	return c
}

// packetSocket opens a socket that gets every packet of a device from its network header on.
func packetSocket(device string) (*os.File, error) {
	dev, err := net.InterfaceByName(device)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	file := os.NewFile(uintptr(fd), "capture")
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, captureBuffer)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: dev.Index})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("packet socket on %s: %w", device, err), file.Close())
	}
	return file, nil
}

func networkOrder(v uint16) uint16 { return v<<8 | v>>8 }

// stop ends the capture, when the last connection that it saw begin has ended in order. What it
// returns is what went wrong with the capture itself.
func (c *capture) stop() error {
	_ = c.socket.SetReadDeadline(time.Now()) // it is a socket, and has deadlines
	if err := <-c.ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	_ = c.socket.SetReadDeadline(time.Now().Add(captureTimeout)) // as above
	if err := c.read(c.wire.quiet); err != nil {
		return fmt.Errorf("%w, while %s", err, c.wire.unfinished())
	}
	return c.complete()
}

// complete reports it when the kernel had no room for a packet.
func (c *capture) complete() error {
	var stats *unix.TpacketStats
	var failed error
	if err := c.raw.Control(func(fd uintptr) {
		stats, failed = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS)
	}); err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	if stats.Drops > 0 {
		return fmt.Errorf("%d of %d packets were dropped by the capture", stats.Drops, stats.Packets)
	}
	return nil
}

// read takes packets until there is none for the moment and enough says that none will come.
func (c *capture) read(enough func() bool) error {
	buf := make([]byte, 1<<16)
	var failed error
	err := c.raw.Read(func(fd uintptr) bool {
		for failed == nil {
			n, from, err := unix.Recvfrom(int(fd), buf, unix.MSG_DONTWAIT)
			switch {
			case errors.Is(err, unix.EAGAIN):
				return enough()
			case errors.Is(err, unix.EINTR):
			case err != nil:
				failed = err
			default:
				failed = c.take(buf[:n], from)
			}
		}
		return true
	})
	return errors.Join(err, failed)
}

// take counts an IPv4 packet. Others do not carry TCP here: they find neighbours.
func (c *capture) take(packet []byte, from unix.Sockaddr) error {
	if a, ok := from.(*unix.SockaddrLinklayer); !ok || a.Protocol != networkOrder(unix.ETH_P_IP) {
		return nil
	}
	return c.wire.packet(packet)
}
