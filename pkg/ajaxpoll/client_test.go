package ajaxpoll_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/memnet"
	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// sink sums up what a subscription brings.
type sink struct {
	ready  int
	seqs   []uint64
	at     []clock.Instant // when each of them came
	missed uint64
	late   time.Duration // the latest departure
	sum    wire.Ledger
}

func (s *sink) Ready(context.Context) error {
	s.ready++
	return nil
}

func (s *sink) Unit(u *transport.Unit) {
	for _, m := range u.Messages {
		s.seqs = append(s.seqs, m.Seq)
		s.at = append(s.at, u.Received)
	}
	s.missed += u.Missed
	s.late = max(s.late, u.Left.Sub(u.Scheduled))
	s.sum = s.sum.Add(u.Cost)
}

// site is a network with a server at server:80, and a client that is not yet told how to poll.
type site struct {
	client ajaxpoll.Client
	totals wire.Totals
	clock  clock.Clock
	listen net.Listener
}

func newSite(t *testing.T) *site {
	t.Helper()
	var n memnet.Network
	l, err := n.Listen("server:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &site{clock: clock.New(), listen: l}
	s.client.Dialer = &transport.Dialer{Dial: n.DialContext, Clock: s.clock, Totals: &s.totals}
	s.client.Endpoint = transport.Endpoint{Address: "server:80", Host: "server"}
	return s
}

// serve serves h until the test ends.
func (s *site) serve(t *testing.T, server *http.Server) {
	t.Helper()
	go func() { _ = server.Serve(s.listen) }()
	t.Cleanup(func() { _ = server.Close() })
}

// subscribe polls for d, and checks what must hold however the polls went: the ledger accounts for
// every byte on the socket, and every connection was closed in order.
func (s *site) subscribe(t *testing.T, d time.Duration) (*sink, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	got := new(sink)
	err := s.client.Subscribe(ctx, got)
	if up, down := got.sum.Up.Socket(), got.sum.Down.Socket(); up != s.totals.Written.Load() || down != s.totals.Read.Load() {
		t.Errorf("booked %d up and %d down, on the socket were %d and %d", up, down, s.totals.Written.Load(), s.totals.Read.Load())
	}
	if opened, closed, cut := s.totals.Opened.Load(), s.totals.Closed.Load(), s.totals.Cut.Load(); opened != closed || cut != 0 || opened != got.sum.Connections {
		t.Errorf("%d connections opened, %d closed, %d cut, %d booked", opened, closed, cut, got.sum.Connections)
	}
	if l := got.sum; l.Requests != l.RequestsWithMessages+l.RequestsEmpty+l.RequestsFailed || l.Messages != int64(len(got.seqs)) {
		t.Errorf("the counts do not add up: %+v", l)
	}
	return got, err
}

// everySecond polls at fixed seconds from the start.
func everySecond() ajaxpoll.Pace {
	var start clock.Instant
	return func(tick int, answered clock.Instant) clock.Instant {
		if tick == 0 {
			start = answered
		}
		return start.Add(time.Duration(tick) * time.Second)
	}
}

// publishAt publishes at these times from now.
func publishAt(t *testing.T, f *feed.Feed, times ...time.Duration) {
	t.Helper()
	start := time.Now()
	go func() {
		for _, at := range times {
			time.Sleep(time.Until(start.Add(at)))
			publish(t, f)
		}
	}()
}

func (s *sink) arrivals(start clock.Instant) (times []time.Duration) {
	for _, at := range s.at {
		times = append(times, at.Sub(start))
	}
	return times
}

func TestClientReceivesWhatIsPublished(t *testing.T) {
	const ms = time.Millisecond
	published := []time.Duration{300 * ms, 1500 * ms, 1600 * ms, 4200 * ms}
	nextTick := []time.Duration{1000 * ms, 2000 * ms, 2000 * ms, 5000 * ms}
	short := wire.Ledger{Messages: 4, Requests: 8, RequestsWithMessages: 3, RequestsEmpty: 5}
	for _, c := range []struct {
		name        string
		pace        ajaxpoll.Pace
		keepAlive   bool
		connections int64
		arrivals    []time.Duration
		want        wire.Ledger
	}{
		// The subscribing poll and one at 0, 1 ... 6 s.
		{"short", everySecond(), true, 1, nextTick, short},
		{"short, connection for each", everySecond(), false, 8, nextTick, short},
		// The subscribing poll, one for each message, those empty after a hold of 2 s each: at 3.6 s,
		// 6.2 s; and the one that the end cut short.
		{"long", nil, true, 1, published, wire.Ledger{Messages: 4, Requests: 8, RequestsWithMessages: 4, RequestsEmpty: 4}},
		{"long, connection for each", nil, false, 8, published, wire.Ledger{Messages: 4, Requests: 8, RequestsWithMessages: 4, RequestsEmpty: 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, s := newHandler(t), newSite(t)
				s.serve(t, &http.Server{Handler: h})
				s.client.Pace, s.client.KeepAlive, s.client.Hold = c.pace, c.keepAlive, 2*time.Second
				publishAt(t, h.Feed, published...)
				start := s.clock.Now()
				got, err := s.subscribe(t, 6500*ms)
				if err != nil || got.ready != 1 {
					t.Fatalf("%v, ready %d times; want nil and once", err, got.ready)
				}
				if !slices.Equal(got.seqs, []uint64{1, 2, 3, 4}) || !slices.Equal(got.arrivals(start), c.arrivals) {
					t.Errorf("messages %v at %v, want 1 to 4 at %v", got.seqs, got.arrivals(start), c.arrivals)
				}
				c.want.Connections, c.want.Up, c.want.Down = c.connections, got.sum.Up, got.sum.Down
				if got.sum != c.want || got.late != 0 {
					t.Errorf("%+v, %v late; want\n%+v, 0", got.sum, got.late, c.want)
				}
				if want := int64(4 * feed.MinPayload); got.sum.Down.Payload != want {
					t.Errorf("%d bytes of payload, want %d", got.sum.Down.Payload, want)
				}
			})
		})
	}
}

// One exchange, byte by byte: what is a head, what is a message, and what is neither.
func TestClientSplitsTheAnswerByLayer(t *testing.T) {
	const (
		request = "GET /base/poll?topic=3&after=5 HTTP/1.1\r\nHost: server\r\nUser-Agent: Go-http-client/1.1\r\nConnection: close\r\n\r\n"
		head    = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		one     = `{"seq":8,"due":1,"pad":"}"}`
		two     = `{"seq":9,"due":2}`
		array   = "[{\"missed\":2,\"next\":8},\n" + one + " , " + two + "]"
	)
	body := fmt.Sprintf("%x;x=y\r\n%s\r\n0\r\nT: u\r\n\r\n", len(array), array)
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.client.Endpoint.Prefix = "/base"
		s.client.Subscription = transport.Subscription{Topic: 3, After: 5}
		s.client.Pace = everySecond()
		s.client.Fields = []exchange.Field{{Name: "connection", Value: "keep-alive"}, {Name: "User-Agent", Value: "Go-http-client/1.1"}}
		go func() {
			conn, _ := s.listen.Accept()
			got := make([]byte, len(request))
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != request {
				t.Errorf("request\n%q, %v; want\n%q", got, err, request)
			}
			_, _ = io.WriteString(conn, head+body)
			_ = conn.Close()
			_ = s.listen.Close() // whoever dials now is refused
		}()
		got, err := s.subscribe(t, time.Second/2)
		if err != nil || got.missed != 2 || !slices.Equal(got.seqs, []uint64{8, 9}) {
			t.Fatalf("%v, %d missed, messages %v; want 2 and [8 9]", err, got.missed, got.seqs)
		}
		payload := int64(len(one + two))
		down := wire.Bytes{Payload: payload, Header: int64(len(head)), Framing: int64(len(body)) - payload}
		if up := (wire.Bytes{Header: int64(len(request))}); got.sum.Up != up || got.sum.Down != down {
			t.Errorf("up %+v, down %+v; want %+v, %+v", got.sum.Up, got.sum.Down, up, down)
		}
	})
}

// A server that closes an idle connection is asked again on a fresh one (RFC 9112 section 9.3.1):
// the attempt is booked as failed, and no message is lost.
func TestClientAsksAgainWhenAKeptConnectionIsStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHandler(t), newSite(t)
		s.serve(t, &http.Server{Handler: h, IdleTimeout: 100 * time.Millisecond})
		s.client.Pace, s.client.KeepAlive = everySecond(), true
		publishAt(t, h.Feed, 500*time.Millisecond, 1500*time.Millisecond)
		got, err := s.subscribe(t, 2500*time.Millisecond)
		if err != nil || !slices.Equal(got.seqs, []uint64{1, 2}) {
			t.Errorf("%v, messages %v; want [1 2]", err, got.seqs)
		}
		// The subscribing poll and that of 0 s share a connection; those of 1 s and 2 s find it closed.
		if l := got.sum; l.Connections != 3 || l.RequestsFailed != 2 || l.RequestsWithMessages != 2 || l.RequestsEmpty != 2 {
			t.Errorf("%+v; want 3 connections, 2 failed, 2 with messages, 2 empty", l)
		}
	})
}

func TestServerThatWantsNoMoreRequestsIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHandler(t), newSite(t)
		s.serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			h.ServeHTTP(w, r)
		})})
		s.client.Pace, s.client.KeepAlive = everySecond(), true
		got, err := s.subscribe(t, 2500*time.Millisecond)
		if l := got.sum; err != nil || l.Connections != 4 || l.Requests != 4 || l.RequestsFailed != 0 {
			t.Errorf("%v, %+v; want 4 requests on 4 connections, none failed", err, l)
		}
	})
}

func TestFirstPollThatFailsIsTheError(t *testing.T) {
	for _, c := range []struct{ name, answer, want string }{
		{"refused", "HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\nno such topic\n", "poll after 0: status 404 Not Found: no such topic"},
		{"not an array", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "poll after 0: answer is no JSON array of objects"},
		{"not a message", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n[{}]", "poll after 0: " + feed.ErrNotMessage.Error()},
		{"broken off", "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n[", "poll after 0: response body: unexpected EOF"},
		{"nothing", "", "poll after 0: response head: unexpected EOF"},
		{"half a good answer", "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n[{\"seq\":1,\"due\":2},{}]", "poll after 0: " + feed.ErrNotMessage.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				go answerOnce(s.listen, c.answer)
				got, err := s.subscribe(t, time.Minute)
				if err == nil || err.Error() != c.want || got.ready != 0 {
					t.Errorf("%v, ready %d times; want %s", err, got.ready, c.want)
				}
				if got.sum.RequestsFailed != 1 || got.sum.Down.Payload != 0 || len(got.seqs) != 0 {
					t.Errorf("%+v, messages %v; want one failed request that brought nothing", got.sum, got.seqs)
				}
			})
		})
	}
}

// answerOnce reads a request from one connection, answers, and closes.
func answerOnce(l net.Listener, answer string) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	_, _ = http.ReadRequest(bufio.NewReader(conn))
	_, _ = io.WriteString(conn, answer)
	_ = conn.Close()
}

func TestNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		_ = s.listen.Close()
		got, err := s.subscribe(t, time.Minute)
		if err == nil || got.sum != (wire.Ledger{Requests: 1, RequestsFailed: 1}) {
			t.Errorf("%v, %+v; want an error and a failed request", err, got.sum)
		}
	})
}

// Once subscribed, a poll that fails is counted, and polling goes on: at its interval, or after a
// pause where there is none.
func TestLaterPollsThatFailAreCounted(t *testing.T) {
	for name, pace := range map[string]ajaxpoll.Pace{"short": everySecond(), "long": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, s := newHandler(t), newSite(t)
				polls := 0
				s.serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if polls++; polls >= 2 && polls <= 4 {
						http.Error(w, "in trouble", http.StatusServiceUnavailable)
						return
					}
					h.ServeHTTP(w, r)
				})})
				s.client.Pace, s.client.KeepAlive, s.client.Hold = pace, true, time.Minute
				publishAt(t, h.Feed, 500*time.Millisecond)
				start := s.clock.Now()
				got, err := s.subscribe(t, 3500*time.Millisecond)
				// Those of 0 s, 1 s and 2 s failed.
				if err != nil || got.sum.RequestsFailed != 3 || !slices.Equal(got.arrivals(start), []time.Duration{3 * time.Second}) {
					t.Errorf("%v, %d failed, arrivals %v; want 3 failed and a message at 3s", err, got.sum.RequestsFailed, got.arrivals(start))
				}
			})
		})
	}
}

func TestStatusErrorIsForTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		go answerOnce(s.listen, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
		_, err := s.subscribe(t, time.Minute)
		var status *exchange.StatusError
		if !errors.As(err, &status) || status.Status != 503 {
			t.Errorf("%v, want a StatusError with 503", err)
		}
	})
}
