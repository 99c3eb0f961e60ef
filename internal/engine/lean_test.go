//go:build !race

// The race detector allocates for what it watches, so that nothing here would hold.

package engine_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"

	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/memnet"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// stub is the server's end of one client's connection. It does what it is told and allocates nothing, so
// that what is counted is the client's.
type stub struct {
	net.Conn
	buf []byte
}

// request reads a request and returns its head, valid until the next.
func (s *stub) request() ([]byte, error) {
	n := 0
	for !bytes.HasSuffix(s.buf[:n], []byte("\r\n\r\n")) {
		got, err := s.Read(s.buf[n:])
		if err != nil {
			return nil, err
		}
		n += got
	}
	return s.buf[:n], nil
}

const (
	emptyAnswer = "HTTP/1.1 204 No Content\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n"
	streamHead  = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n"
	upgradeHead = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n"
)

// accept takes the client's subscription, and when it is a poll the next one, too.
func (s *stub) accept(name scenario.Transport) error {
	head, err := s.request()
	if err != nil {
		return err
	}
	switch name {
	case scenario.WebSocket:
		_, key, _ := strings.Cut(string(head), "Sec-WebSocket-Key: ")
		key, _, _ = strings.Cut(key, "\r\n")
		sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		_, err = fmt.Fprintf(s, upgradeHead, base64.StdEncoding.EncodeToString(sum[:]))
	case scenario.SSE:
		_, err = io.WriteString(s, streamHead)
	default:
		if _, err = io.WriteString(s, emptyAnswer); err == nil {
			_, err = s.request()
		}
	}
	return err
}

// unit is what brings one message over a transport: the same one each time.
func unit(name scenario.Transport) []byte {
	message := `{"seq":1,"due":1,"pad":"` + strings.Repeat("x", 102) + `"}`
	switch name {
	case scenario.WebSocket:
		return append([]byte{0x81, 126, 0, byte(len(message))}, message...)
	case scenario.SSE:
		event := "id: 1\ndata: " + message + "\n\n"
		return fmt.Appendf(nil, "%x\r\n%s\r\n", len(event), event)
	}
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: application/json\r\n"+
		"Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n\r\n[%s]", len(message)+2, message)
}

var nothingNew = []byte(emptyAnswer)

// deliver sends a unit. To a poll it is the answer: it reads the next one, which comes back empty, and the one
// after that.
func (s *stub) deliver(name scenario.Transport, unit []byte) error {
	if _, err := s.Write(unit); err != nil || name == scenario.WebSocket || name == scenario.SSE {
		return err
	}
	if _, err := s.request(); err != nil {
		return err
	}
	if _, err := s.Write(nothingNew); err != nil {
		return err
	}
	_, err := s.request()
	return err
}

// tallySink counts messages.
type tallySink struct{ messages chan int }

func (tallySink) Ready(context.Context) error { return nil }

func (s tallySink) Unit(u *transport.Unit) {
	if len(u.Messages) > 0 {
		s.messages <- len(u.Messages)
	}
}

// crowded starts clients of stubs, and returns them once they are subscribed and have received a message.
// What it starts ends with the test.
func crowded(t *testing.T, name scenario.Transport, clients int) ([]*stub, tallySink) {
	t.Helper()
	var network memnet.Network
	listener, err := network.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	stubs, sink := make([]*stub, clients), tallySink{make(chan int, clients)}
	t.Cleanup(func() {
		cancel()
		for _, s := range stubs {
			if s != nil {
				_ = s.Close()
			}
		}
		running.Wait()
		_ = listener.Close()
	})
	s := scenario.Default()
	s.PollInterval = 1 // the next poll leaves at once
	profile, err := headers.Load(s.Headers)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := transport.Endpoint{Address: "server:80", Host: "server"}
	dialer := &transport.Dialer{Dial: network.DialContext, Clock: clock.New(), Totals: new(wire.Totals)}
	fields := engine.Fields(profile, s, name, endpoint)
	buf := make([]byte, 4096)
	for i := range stubs {
		subscriber := engine.Subscription{
			Dialer: dialer, Endpoint: endpoint, Fields: fields, Scenario: s, Origin: func() clock.Instant { return 0 },
		}.Subscriber(name)
		running.Go(func() {
			if err := subscriber.Subscribe(ctx, sink); err != nil && ctx.Err() == nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		stubs[i] = &stub{conn, buf}
		if err := errors.Join(stubs[i].accept(name), stubs[i].deliver(name, unit(name))); err != nil {
			t.Fatal(err)
		}
		<-sink.messages
	}
	return stubs, sink
}

// A message takes no allocation, whichever way it comes, and neither does the poll that brings it.
func TestMessagesTakeNoAllocation(t *testing.T) {
	for _, name := range scenario.Transports() {
		stubs, sink := crowded(t, name, 1)
		u := unit(name)
		allocations := testing.AllocsPerRun(1000, func() {
			if err := stubs[0].deliver(name, u); err != nil {
				t.Fatal(err)
			}
			<-sink.messages
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations for a message", name, allocations)
		}
	}
}

// memoryOf returns how much more memory is in use after do, stacks included.
func memoryOf(t *testing.T, do func()) int64 {
	t.Helper()
	in := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools hold goes with the second
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc + m.StackInuse)
	}
	before := in()
	do()
	return in() - before
}

// What a client takes that has received a message and waits for the next: its stack, its buffers, and what
// keeps account for it. What scripts/budgets measures is this and what a socket takes, some 1.5 KB.
func TestBytesOfAClient(t *testing.T) {
	const clients = 500
	bare := memoryOf(t, func() {
		var network memnet.Network
		listener, err := network.Listen("server:80")
		if err != nil {
			t.Fatal(err)
		}
		for range clients {
			client, err := network.DialContext(t.Context(), "tcp", "server:80")
			if err != nil {
				t.Fatal(err)
			}
			server, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _, _ = client.Close(), server.Close() })
		}
		t.Cleanup(func() { _ = listener.Close() })
	}) / clients
	for name, most := range map[scenario.Transport]int64{
		scenario.WebSocket: 6500, scenario.SSE: 6500, scenario.LongPoll: 7500, scenario.ShortPoll: 7500,
	} {
		t.Run(string(name), func(t *testing.T) {
			each := memoryOf(t, func() { crowded(t, name, clients) })/clients - bare
			t.Logf("%d bytes (a bare connection %d)", each, bare)
			if each > most {
				t.Errorf("a client takes %d bytes, want %d at most", each, most)
			}
		})
	}
}
