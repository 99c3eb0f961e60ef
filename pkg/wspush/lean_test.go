package wspush_test

import (
	"bufio"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wspush"
)

// stub is an answer that can be hijacked, and then a connection on which nothing ever comes in.
type stub struct {
	net.Conn
	header  http.Header
	written *sync.WaitGroup
	closed  chan struct{}
	once    sync.Once // the library may close it as well
}

func newStub(written *sync.WaitGroup) *stub {
	return &stub{header: make(http.Header), written: written, closed: make(chan struct{})}
}

func (s *stub) Header() http.Header { return s.header }
func (*stub) WriteHeader(int)       {}

func (s *stub) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return s, bufio.NewReadWriter(bufio.NewReader(s), bufio.NewWriter(s)), nil
}

func (s *stub) Write(p []byte) (int, error) {
	s.written.Done()
	return len(p), nil
}

func (s *stub) Read([]byte) (int, error) {
	<-s.closed
	return 0, net.ErrClosed
}

func (s *stub) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// resident returns the bytes in use, stacks included.
func resident() int {
	runtime.GC()
	runtime.GC() // what the first freed of pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// What an idle connection takes on top of the socket, and what a message to all allocates, compressed as well:
// that does not depend on how many they are.
func TestConnectionsAreLean(t *testing.T) {
	for _, deflate := range []wspush.Deflate{wspush.DeflateOff, wspush.DeflateNoTakeover} {
		t.Run(string(deflate), func(t *testing.T) { testLean(t, deflate) })
	}
}

func testLean(t *testing.T, deflate wspush.Deflate) {
	f := feed.New(feed.Limits{})
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	h := &wspush.Handler{Feed: f, Pool: fanout.New(), Deflate: deflate, Counters: new(transport.Counters)}
	const clients = 1000
	var written sync.WaitGroup
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/ws", http.NoBody)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Extensions": "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
	} {
		r.Header.Set(name, value)
	}
	message := func() {
		written.Add(clients)
		publish(t, f)
		written.Wait()
	}
	first := newStub(&written)
	h.ServeHTTP(first, r)
	written.Add(1)
	publish(t, f) // what is made once is made: of a compressor there is one
	written.Wait()
	_ = first.Close()
	before := resident()
	stubs := make([]*stub, clients)
	for i := range stubs {
		stubs[i] = newStub(&written)
	}
	written.Add(clients) // the message that is there
	for _, s := range stubs {
		h.ServeHTTP(s, r)
	}
	written.Wait()
	message()
	const most, mostAllocations = 12_000, 40
	each := (resident() - before) / clients
	t.Logf("a connection takes %d bytes", each)
	if each > most {
		t.Errorf("want %d at most", most)
	}
	if n := testing.AllocsPerRun(20, message); n > mostAllocations {
		t.Errorf("%v allocations for a message to %d clients, want %d at most", n, clients, mostAllocations)
	}
	for _, s := range stubs {
		_ = s.Close()
	}
	h.Pool.Wait()
}
