package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// namespace is a network namespace with one end of a veth pair in it, and nothing else.
type namespace struct {
	name    string
	address string
}

// Both ends have one name: each is alone in its namespace. The addresses are of those set aside for
// benchmarks (RFC 2544); nothing outside sees them.
const (
	device        = "veth0"
	deviceMTU     = 1500
	serverAddress = "198.18.0.1"
	clientAddress = "198.18.0.2"
)

// namespaces tells the namespaces of this process apart.
var namespaces atomic.Int64

// cable makes two namespaces and a veth pair between them, which go with the test. Packets on it are
// no longer than the MTU; with offload TCP hands down super-packets, as it does to a network card
// that cuts them up.
func cable(t *testing.T, offload bool) (server, client namespace) {
	t.Helper()
	server, client = newNamespace(t, serverAddress), newNamespace(t, clientAddress)
	mtu := strconv.Itoa(deviceMTU)
	ip(t, "-n", server.name, "link", "add", device, "mtu", mtu, "type", "veth",
		"peer", "name", device, "mtu", mtu, "netns", client.name)
	for _, n := range []namespace{server, client} {
		if !offload {
			ip(t, "-n", n.name, "link", "set", device, "gso_max_segs", "1")
		}
		ip(t, "-n", n.name, "address", "add", n.address+"/30", "dev", device)
		ip(t, "-n", n.name, "link", "set", device, "up")
		n.withoutProbes(t)
	}
	return server, client
}

// newNamespace makes a namespace, or skips the test where none can be had.
func newNamespace(t *testing.T, address string) namespace {
	t.Helper()
	if os.Geteuid() != 0 {
		lack(t, "network namespaces need root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		lack(t, "ip (iproute2) is not installed")
	}
	n := namespace{fmt.Sprintf("pollpush-%d-%d", os.Getpid(), namespaces.Add(1)), address}
	if out, err := exec.Command("ip", "netns", "add", n.name).CombinedOutput(); err != nil {
		lack(t, fmt.Sprintf("no network namespace can be made here: %s", out))
	}
	t.Cleanup(func() { ip(t, "netns", "delete", n.name) })
	return n
}

// lack skips a test for which something is missing. CI sets POLLPUSH_REQUIRE, and there it fails.
func lack(t *testing.T, missing string) {
	t.Helper()
	if os.Getenv("POLLPUSH_REQUIRE") != "" {
		t.Fatal(missing + ", and POLLPUSH_REQUIRE is set")
	}
	t.Skip(missing)
}

// ip runs iproute2, which must do as it is told.
func ip(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := exec.Command("ip", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ip %q: %v: %s", arguments, err, out)
	}
}

// withoutProbes turns loss probes off (RFC 8985 section 7): a cable loses nothing, so they could only
// be false alarms of a machine that is busy.
func (n namespace) withoutProbes(t *testing.T) {
	t.Helper()
	if err := n.do(func() error {
		return os.WriteFile("/proc/sys/net/ipv4/tcp_early_retrans", []byte("0"), 0)
	}); err != nil {
		t.Fatal(err)
	}
}

// listen opens a listener inside the namespace.
func (n namespace) listen(t *testing.T) net.Listener {
	t.Helper()
	var l net.Listener
	if err := n.do(func() (err error) {
		l, err = net.Listen("tcp", n.address+":0")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // whoever serves on it has closed it
	return l
}

// dial opens a connection from inside the namespace.
func (n namespace) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = n.do(func() (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// do runs f on a thread inside the namespace: the sockets it opens stay there. The thread ends with
// its goroutine, which never lets go of it, so nothing else ever runs there.
func (n namespace) do(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := n.enter()
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

func (n namespace) enter() (err error) {
	file, err := os.Open("/run/netns/" + n.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
}
