package ssepush_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
)

// unhijackable hides from a handler that it could take the connection over.
type unhijackable struct{ http.ResponseWriter }

func (u unhijackable) FlushError() error {
	return http.NewResponseController(u.ResponseWriter).Flush()
}

// served serves a handler on a network in memory, until the test ends.
func served(t *testing.T, handler http.Handler) *memnet.Network {
	t.Helper()
	network := &memnet.Network{}
	l, err := network.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return network
}

// ask opens a connection, and sends a request with LF written as CRLF.
func ask(t *testing.T, network *memnet.Network, request string) net.Conn {
	t.Helper()
	conn, err := network.DialContext(t.Context(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	return conn
}

// A stream on a connection that was taken over is what net/http would have sent, byte for byte: the head, a
// chunk for each event, gap and comment, and the last chunk when the client ends its half.
func TestHijackedStreamIsWhatNetHTTPWouldSend(t *testing.T) {
	stream := func(t *testing.T, wrap func(http.ResponseWriter) http.ResponseWriter) (got string) {
		synctest.Test(t, func(t *testing.T) {
			h := newHandler(t)
			for range 4 {
				publish(t, h.Feed)
			}
			network := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(wrap(w), r) }))
			conn := ask(t, network, "GET /sse?after=1 HTTP/1.1\nHost: server\n\n")
			time.Sleep(31 * time.Second) // two comments
			publish(t, h.Feed)
			h.Feed.Topic(0).Append(7, []byte("{\r\n}"))
			time.Sleep(14500 * time.Millisecond) // the next would be due a second later
			if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Error(err)
			}
			all, err := io.ReadAll(conn)
			if err != nil {
				t.Error(err)
			}
			got = string(all)
			synctest.Wait()
			wantCounts(t, "afterwards", h.Counters, counts{sent: 4, missed: 1, withMessages: 1})
			h.Pool.Wait()
		})
		return got
	}
	got := stream(t, func(w http.ResponseWriter) http.ResponseWriter { return w })
	want := stream(t, func(w http.ResponseWriter) http.ResponseWriter { return unhijackable{w} })
	if got != want || !strings.HasSuffix(got, "0\r\n\r\n") || strings.Count(got, "3\r\n:\n\n\r\n") != 2 {
		t.Errorf("%q, want\n%q with two comments and an end", got, want)
	}
}

// A pool that ends ends its streams, those that a client keeps from draining as well.
func TestHijackedStreamEndsWithItsPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t)
		network := served(t, h)
		conn := ask(t, network, "GET /sse HTTP/1.1\nHost: server\n\n")
		ask(t, network, "GET /sse HTTP/1.1\nHost: server\n\n") // nobody reads that one
		synctest.Wait()
		for range 100 {
			h.Feed.Topic(0).Append(7, make([]byte, 60_000))
			synctest.Wait()
		}
		go func() {
			time.Sleep(time.Second)
			h.Pool.End()
		}()
		all, err := io.ReadAll(conn)
		if err != nil || !strings.HasSuffix(string(all), "\r\n0\r\n\r\n") {
			t.Errorf("%v after %d bytes, want the last chunk", err, len(all))
		}
		h.Pool.Wait()
		synctest.Wait()
		if n := h.Counters.Subscribers.Load(); n != 0 {
			t.Errorf("%d streams are left", n)
		}
	})
}

// HTTP/1.0 knows no chunks: net/http serves it to the end of the connection.
func TestOldClientsAreServedWithoutChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t)
		conn := ask(t, served(t, h), "GET /sse HTTP/1.0\n\n")
		raw := publish(t, h.Feed)
		synctest.Wait()
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		if all, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(all), "\r\n\r\nid: 1\ndata: "+raw+"\n\n") {
			t.Errorf("%q, %v", all, err)
		}
	})
}

// A client has nothing to say behind its request, and what it says all the same is bounded.
func TestNoisyClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t)
		conn := ask(t, served(t, h), "GET /sse HTTP/1.1\nHost: server\n\n")
		synctest.Wait() // else some of it would come in with the request
		noise := strings.Repeat("x", 16<<10-1)
		_, _ = io.WriteString(conn, noise)
		synctest.Wait()
		if n := h.Counters.Subscribers.Load(); n != 1 {
			t.Fatalf("%d streams after some noise, want it to be served", n)
		}
		_, _ = io.WriteString(conn, "xx")
		synctest.Wait()
		if n := h.Counters.Subscribers.Load(); n != 0 {
			t.Errorf("%d streams after a lot of noise", n)
		}
	})
}

// stub is an answer that can be hijacked, and then a connection on which nothing ever comes in.
type stub struct {
	net.Conn
	header  http.Header
	written *sync.WaitGroup
	closed  chan struct{}
	once    sync.Once // run closes it once more
}

func newStub(written *sync.WaitGroup) *stub {
	return &stub{header: make(http.Header), written: written, closed: make(chan struct{})}
}

func (s *stub) Header() http.Header { return s.header }
func (*stub) WriteHeader(int)       {}
func (*stub) Flush()                {}

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

// What an idle stream takes on top of its connection, and what a message to all allocates: that does not
// depend on how many they are.
func TestStreamsAreLean(t *testing.T) {
	f := feed.New(feed.Limits{})
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	h := &ssepush.Handler{Feed: f, Pool: fanout.New(), Counters: new(transport.Counters)}
	const streams = 1000
	var written sync.WaitGroup
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/sse", http.NoBody)
	before := resident()
	stubs := make([]*stub, streams)
	for i := range stubs {
		stubs[i] = newStub(&written)
		h.ServeHTTP(stubs[i], r)
	}
	message := func() {
		written.Add(streams)
		publish(t, f)
		written.Wait()
	}
	message()
	const most, mostAllocations = 6_000, 40
	each := (resident() - before) / streams
	t.Logf("a stream takes %d bytes", each)
	if each > most {
		t.Errorf("want %d at most", most)
	}
	if n := testing.AllocsPerRun(20, message); n > mostAllocations {
		t.Errorf("%v allocations for a message to %d streams, want %d at most", n, streams, mostAllocations)
	}
	written.Add(streams) // the last chunks
	h.Pool.End()
	h.Pool.Wait()
}
