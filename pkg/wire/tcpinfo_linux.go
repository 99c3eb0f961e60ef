package wire

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What a segment is longer than its payload: IP header, TCP header, and the timestamps option where
// it is in use. A SYN carries more options (MSS, SACK permitted, window scale).
const (
	ipv4Header    = 20
	ipv6Header    = 40
	tcpHeader     = 20
	timestamps    = 12
	synOptions    = 20
	optTimestamps = 1 // TCPI_OPT_TIMESTAMPS
	stateClose    = 7 // TCP_CLOSE
)

// settleStep is how long readTraffic waits before it looks again; each time it waits longer.
const settleStep = 100 * time.Microsecond

// readTraffic reads a connection's packets. After both FINs it waits until the kernel has let go of
// the connection (the state is CLOSE): before that the last segments are missing. Where the peer
// closed first that is when it has acknowledged our FIN, a round trip later, and CloseTimeout is what
// it gets for it, as for its own FIN.
//
// Lengths follow from the counts, because all segments but the SYN have the same options. After a
// loss three things are missing, for TCP_INFO does not tell them: the SACK blocks of an
// acknowledgement, what the peer sent again, and the peer's FIN if it was sent again after we let go.
func readTraffic(conn net.Conn, ended bool) (Traffic, bool) {
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return Traffic{}, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return Traffic{}, false
	}
	info, ok := tcpInfo(raw)
	deadline := time.Now().Add(CloseTimeout)
	for step := settleStep; ok && ended && info.State != stateClose && time.Now().Before(deadline); step += step / 4 {
		<-time.After(step)
		info, ok = tcpInfo(raw)
	}
	if !ok || (ended && info.State != stateClose) {
		return Traffic{}, false
	}
	return traffic(info, overhead(conn, info), ended), true
}

func tcpInfo(raw syscall.RawConn) (info *unix.TCPInfo, ok bool) {
	err := raw.Control(func(fd uintptr) {
		var err error
		info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		ok = err == nil
	})
	return info, ok && err == nil
}

// overhead is what a segment without a SYN is longer than its payload.
func overhead(conn net.Conn, info *unix.TCPInfo) int64 {
	n := int64(tcpHeader + ipv6Header)
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok && a.IP.To4() != nil {
		n = tcpHeader + ipv4Header
	}
	if info.Options&optTimestamps != 0 {
		n += timestamps
	}
	return n
}

// traffic computes lengths from counts. The kernel counts the peer's FIN among the bytes received.
func traffic(info *unix.TCPInfo, perSegment int64, ended bool) Traffic {
	syn := int64(synOptions)
	if info.Options&optTimestamps != 0 {
		syn -= timestamps
	}
	received := int64(info.Bytes_received)
	if ended {
		received--
	}
	up, down := int64(info.Segs_out), int64(info.Segs_in)
	return Traffic{
		Up: Packets{
			Segments:           up,
			RetransmittedBytes: int64(info.Bytes_retrans),
			IPBytes:            int64(info.Bytes_sent) + perSegment*up + syn,
		},
		Down: Packets{Segments: down, IPBytes: received + perSegment*down + syn},
	}
}
