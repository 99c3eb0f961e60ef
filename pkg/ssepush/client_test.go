package ssepush_test

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
	"pollpush/pkg/clock"
	"pollpush/pkg/exchange"
	"pollpush/pkg/feed"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// sink sums up what a subscription brings.
type sink struct {
	ready  int
	seqs   []uint64
	at     []clock.Instant // when each of them came
	missed uint64
	costs  []wire.Ledger
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
	s.costs = append(s.costs, u.Cost)
	s.sum = s.sum.Add(u.Cost)
}

// site is a network with a server at server:80 and a client of it.
type site struct {
	client ssepush.Client
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
	s.client.Endpoint = transport.Endpoint{Address: "server:80", Host: "server", Prefix: "/base"}
	return s
}

// answer reads the request from one connection, writes the pieces a second apart, and closes.
func (s *site) answer(pieces ...string) {
	conn, err := s.listen.Accept()
	if err != nil {
		return
	}
	_, _ = http.ReadRequest(bufio.NewReader(conn))
	for i, piece := range pieces {
		if i > 0 {
			time.Sleep(time.Second)
		}
		_, _ = io.WriteString(conn, piece)
	}
	_ = conn.Close()
}

// subscribe follows for d, and checks what must hold however it went: the ledger accounts for every
// byte on the socket, and the connection was closed in order.
func (s *site) subscribe(t *testing.T, d time.Duration) (*sink, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	got := new(sink)
	err := s.client.Subscribe(ctx, got)
	if up, down := got.sum.Up.Socket(), got.sum.Down.Socket(); up != s.totals.Written.Load() || down != s.totals.Read.Load() {
		t.Errorf("booked %d up and %d down, on the socket were %d and %d", up, down, s.totals.Written.Load(), s.totals.Read.Load())
	}
	if opened, closed, cut := s.totals.Opened.Load(), s.totals.Closed.Load(), s.totals.Cut.Load(); opened != closed || cut != 0 {
		t.Errorf("%d connections opened, %d closed, %d cut", opened, closed, cut)
	}
	return got, err
}

func TestClientReceivesWhatIsPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, s := newHandler(t), newSite(t)
		s.client.Endpoint.Prefix = ""
		server := &http.Server{Handler: h}
		go func() { _ = server.Serve(s.listen) }()
		defer func() { _ = server.Close() }()
		for range 4 {
			publish(t, h.Feed) // two of them are no longer kept
		}
		go func() {
			time.Sleep(5 * time.Second)
			publish(t, h.Feed)
			publish(t, h.Feed)
		}()
		start := s.clock.Now()
		got, err := s.subscribe(t, 40*time.Second) // with comments at 20 s and 35 s
		if err != nil || got.ready != 1 || got.missed != 2 || !slices.Equal(got.seqs, []uint64{3, 4, 5, 6}) {
			t.Fatalf("%v, ready %d times, %d missed, messages %v; want nil, once, 2 and 3 to 6", err, got.ready, got.missed, got.seqs)
		}
		if a, b := got.at[1].Sub(start), got.at[2].Sub(start); a != 0 || b != 5*time.Second {
			t.Errorf("messages came at %v and %v, want 0s and 5s", a, b)
		}
		want := wire.Ledger{Messages: 4, Connections: 1, Requests: 1, RequestsWithMessages: 1, Up: got.sum.Up, Down: got.sum.Down}
		if got.sum != want || got.sum.Down.Payload != 4*int64(feed.MinPayload) {
			t.Errorf("%+v, want %+v with a payload of %d", got.sum, want, 4*feed.MinPayload)
		}
		// The opening, the gap, four messages, two comments, the end of the chunks.
		comment, last := got.costs[6], got.costs[8]
		if len(got.costs) != 9 || comment.Down != (wire.Bytes{Framing: int64(len("3\r\n:\n\n\r\n"))}) || last.Down != (wire.Bytes{Framing: int64(len("0\r\n\r\n"))}) {
			t.Errorf("%d units; a comment cost %+v, the end %+v", len(got.costs), comment.Down, last.Down)
		}
	})
}

const (
	head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
	one  = `{"seq":8,"due":1}`
	two  = "{\"seq\":9,\"due\":2,\n\"x\":3}"
)

func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

// Two events, wherever the chunks are cut, cost the same and come to the same: what is no head and
// no payload is framing.
func TestEventsAreSplitByLayer(t *testing.T) {
	const events = "id: 8\r\ndata: " + one + "\r\n\r\n:\n\nid: 9\ndata: {\"seq\":9,\"due\":2,\ndata: \"x\":3}\n\n"
	const request = "GET /base/sse?topic=3&after=7 HTTP/1.1\r\nHost: server\r\nUser-Agent: Go-http-client/1.1\r\nAccept: text/event-stream\r\n\r\n"
	for cut := 1; cut < len(events); cut++ {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.client.Subscription = transport.Subscription{Topic: 3, After: 7}
			s.client.Fields = []exchange.Field{{Name: "User-Agent", Value: "Go-http-client/1.1"}, {Name: "Accept", Value: "text/event-stream"}}
			first, second := chunk(events[:cut]), chunk(events[cut:])+"0\r\n\r\n"
			go s.answer(head+first, second)
			start := s.clock.Now()
			got, err := s.subscribe(t, time.Minute)
			if !errors.Is(err, ssepush.ErrStreamEnded) || !slices.Equal(got.seqs, []uint64{8, 9}) {
				t.Fatalf("cut at %d: %v, messages %v; want [8 9] and %v", cut, err, got.seqs, ssepush.ErrStreamEnded)
			}
			payload := int64(len(one + two))
			down := wire.Bytes{Payload: payload, Header: int64(len(head)), Framing: int64(len(first+second)) - payload}
			if got.sum.Up != (wire.Bytes{Header: int64(len(request))}) || got.sum.Down != down {
				t.Errorf("cut at %d: up %+v, down %+v; want %d and %+v", cut, got.sum.Up, got.sum.Down, len(request), down)
			}
			if at := got.at[1].Sub(start); at != time.Second { // when its last byte came
				t.Errorf("cut at %d: the second message came at %v, want 1s", cut, at)
			}
		})
	}
}

// Events that came in one Read are told apart all the same: each is booked with its own bytes.
func TestEventsOfOneReadHaveTheirOwnCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const first, second = "id: 8\ndata: " + one + "\n\n", "data: " + one + "\n\n:\n\n"
		s := newSite(t)
		go s.answer(head + chunk(first+second) + "0\r\n\r\n")
		got, _ := s.subscribe(t, time.Minute)
		payload, coding := int64(len(one)), int64(len(chunk(first+second))-len(first+second))
		want := []wire.Bytes{
			{Header: int64(len(head))},
			{Payload: payload, Framing: int64(len(first)) - payload + coding}, // the chunk's coding came with it
			{Payload: payload, Framing: int64(len(second)-len(":\n\n")) - payload},
			{Framing: int64(len(":\n\n"))},
			{Framing: int64(len("0\r\n\r\n"))},
		}
		var down []wire.Bytes
		for _, cost := range got.costs {
			down = append(down, cost.Down)
		}
		if !slices.Equal(down, want) {
			t.Errorf("costs\n%+v, want\n%+v", down, want)
		}
	})
}

func TestSubscribeFails(t *testing.T) {
	for _, c := range []struct{ name, answer, want string }{
		{"refused", "HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\nno such topic\n", "open stream: status 404 Not Found: no such topic"},
		{"nothing to come", "HTTP/1.1 204 No Content\r\n\r\n", "open stream: status 204 No Content"},
		{"a page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", `open stream: content type "text/html" is no event stream`},
		{"no answer", "", "open stream: response head: unexpected EOF"},
		{"ended", head + "0\r\n\r\n", "the server ended the stream"},
		{"broken off", head + "5\r\nda", "unexpected EOF"},
		{"not a message", head + chunk("data: {}\n\ndata: "+one+"\n\n"), feed.ErrNotMessage.Error()},
		{"not a gap", head + chunk("event: gap\ndata: "+one+"\n\n"), "event of type gap: not a gap"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				go s.answer(c.answer)
				got, err := s.subscribe(t, time.Minute)
				if err == nil || err.Error() != c.want {
					t.Errorf("%v, want %s", err, c.want)
				}
				if opened := got.ready == 1; opened != (got.sum.RequestsWithMessages == 1) || opened == (got.sum.RequestsFailed == 1) || got.sum.Requests != 1 {
					t.Errorf("ready %d times, %+v; want a request that failed or one that was opened", got.ready, got.sum)
				}
			})
		})
	}
}

// A context that ends before the server answers ends the connection in order all the same.
func TestContextEndsBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		go func() {
			time.Sleep(2 * time.Second)
			s.answer(head + chunk("data: "+one+"\n\n"))
		}()
		if got, err := s.subscribe(t, time.Second); err != nil || got.sum.Connections != 1 {
			t.Errorf("%v, %+v; want nil and one connection", err, got.sum)
		}
	})
}
