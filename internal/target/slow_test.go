package target_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"

	"pollpush/internal/admin"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
)

// A stream whose window its client keeps shut is ended, and counted; the connection's others go on.
func TestHTTP2SlowStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		p := s.http2(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 150})
		slow, good := p.ask("/sse?topic=0"), p.ask("/sse?topic=0")
		p.do(p.WriteWindowUpdate(good, 1<<20))
		synctest.Wait()
		if err := s.publish(2, 100, nil); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for {
			f, err := p.read()
			p.do(err)
			if reset, ok := f.(*http2.RSTStreamFrame); ok {
				if reset.StreamID != slow || time.Since(began) < 9*time.Second || time.Since(began) > 11*time.Second {
					t.Errorf("stream %d was reset after %v", reset.StreamID, time.Since(began))
				}
				break
			}
		}
		if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "1" {
			t.Errorf("%s slow readers, want 1", got)
		}
		if got := s.metric(`pollpush_target_subscribers{transport="sse"}`); got != "1" {
			t.Errorf("%s streams are open, want the good one", got)
		}
		if err := s.publish(1, 100, nil); err != nil {
			t.Fatal(err)
		}
		for got := []byte(nil); !bytes.HasPrefix(got, []byte("id: 3\n")); {
			got = p.next(http2.FrameData, good).(*http2.DataFrame).Data()
		}
	})
}

// Streams that drain slowly, but do, are left alone, and so is what is written long after.
func TestHTTP2ReaderThatDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(c *target.Config) { c.KeepAlive = 11 * time.Second })
		p := s.http2(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
		stream := p.ask("/sse?topic=0")
		synctest.Wait()
		if err := s.publish(1, 1000, nil); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for bytes.Count(got, []byte("\n:\n")) == 0 { // a comment, later than a write may take
			time.Sleep(900 * time.Millisecond)
			p.do(p.WriteWindowUpdate(stream, 200))
			got = append(got, p.next(http2.FrameData, stream).(*http2.DataFrame).Data()...)
		}
		if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "0" {
			t.Errorf("%s slow readers, want none", got)
		}
	})
}

// Answers that net/http sends after their handlers have returned are waited for with more patience, but
// not for ever.
func TestHTTP2AnswersNobodyTakes(t *testing.T) {
	long := strings.Repeat("0", 6000)
	for name, ask := range map[string]func(*peer2){
		"poll":    func(p *peer2) { p.ask("/poll?topic=0&wait=25s") },
		"refusal": func(p *peer2) { p.ask("/nothing") },
		"431":     func(p *peer2) { p.ask("/poll", "a", long, "b", long, "c", long) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, unchanged)
				p, held := s.http2(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}), s.http2()
				held.ask("/sse?topic=0")
				for _, reader := range []*peer2{p, held} {
					go func() { _, _ = io.Copy(io.Discard, reader.Conn) }() // until it is cut
				}
				ask(p)
				synctest.Wait()
				if err := s.publish(1, 100, nil); err != nil {
					t.Fatal(err)
				}
				time.Sleep(3 * time.Minute)
				if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "1" {
					t.Errorf("%s slow readers, want 1", got)
				}
				if got := s.metric("pollpush_target_connections_active"); got != "1" {
					t.Errorf("%s connections are open, want that of the held stream", got)
				}
			})
		})
	}
}

// What a slow reader has not taken is dropped with its connection: the kernel does not keep it.
func TestSlowReaderIsReset(t *testing.T) {
	l := listen(t, func(c *target.Config) { c.DrainTimeout = 10 * time.Millisecond })
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET /sse?topic=0 HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_, err = l.Publish(t.Context(), admin.PublicationRequest{
		Schedule:     scenario.Schedule{Topics: 1, Rate: 1000, Arrivals: scenario.Fixed, Length: time.Minute},
		PayloadBytes: 60_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	for metric(t, l.Client, "pollpush_target_slow_readers_closed_total") == "0" {
		continue // the kernel's buffers are not full yet
	}
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reading what is left: %v, want %v", err, syscall.ECONNRESET)
	}
}

// A client of HTTP/2 that does not read its socket is one slow reader, however many streams it has.
func TestHTTP2SlowConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		p := s.http2(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 30})
		p.do(p.WriteWindowUpdate(0, 1<<30))
		for range 3 {
			p.ask("/sse?topic=0")
		}
		synctest.Wait()
		if err := s.publish(100, 60_000, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if got := s.metric("pollpush_target_slow_readers_closed_total"); got != "1" {
			t.Errorf("%s slow readers, want 1", got)
		}
		if got := s.metric("pollpush_target_connections_active"); got != "0" {
			t.Errorf("%s connections are open", got)
		}
	})
}

// A target that is told to end answers held polls, ends streams, and says goodbye (RFC 9113 section
// 6.8), also to clients that do nothing for it.
func TestHTTP2EndsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, unchanged)
		active, idle, open := s.http2(), s.http2(), s.http2()
		held, stream := active.ask("/poll?topic=0&wait=25s"), active.ask("/sse?topic=0")
		if got := idle.status(idle.ask("/poll?topic=0")); got != "204" {
			t.Errorf("poll: %s", got)
		}
		if got := active.status(stream); got != "200" {
			t.Errorf("stream: %s", got)
		}
		synctest.Wait()
		ended := make(chan time.Duration)
		go func() {
			began := time.Now()
			s.end()
			ended <- time.Since(began)
		}()
		active.ended(held, stream)
		for _, p := range []*peer2{active, idle, open} {
			p.ends(http2.ErrCodeNo)
		}
		if took := <-ended; took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// The admin address is no business of HTTP/2.
func TestHTTP2NotOnTheAdminAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t, unchanged).dial(adminAddress)
		p.send("PRI * HTTP/2.0\n\nSM\n\n")
		if r, err := http.ReadResponse(p.Reader, nil); err != nil || r.StatusCode < 400 || r.ProtoMajor != 1 {
			t.Errorf("%v, %v: want it refused", r, err)
		}
	})
}
