package ssepush_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/ssepush"
	"pollpush/pkg/transport"
)

// newHandler serves one topic that keeps two messages.
func newHandler(t *testing.T) *ssepush.Handler {
	t.Helper()
	f := feed.New(feed.Limits{Messages: 2})
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	return &ssepush.Handler{Feed: f, Pool: fanout.New(), Counters: new(transport.Counters)}
}

func publish(t *testing.T, f *feed.Feed) string {
	t.Helper()
	m, err := f.Topic(0).Publish(7, feed.MinPayload)
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Raw)
}

// open asks for a stream and returns all of it, once ctx has ended it.
func open(ctx context.Context, h http.Handler, target string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// counts is transport.Counters as a value that can be compared.
type counts struct{ subscribers, sent, missed, withMessages, failed int64 }

func wantCounts(t *testing.T, name string, c *transport.Counters, want counts) {
	t.Helper()
	got := counts{c.Subscribers.Load(), c.Sent.Load(), c.Missed.Load(), c.WithMessages.Load(), c.Failed.Load()}
	if got != want {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
}

func TestStreamStartsAfterTheCursor(t *testing.T) {
	h := newHandler(t)
	for range 2 {
		publish(t, h.Feed)
	}
	three, four := publish(t, h.Feed), publish(t, h.Feed)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // what is there is written first
	events := "id: 3\ndata: " + three + "\n\nid: 4\ndata: " + four + "\n\n"
	gapOf := func(missed string) string {
		return "id: 2\nevent: gap\ndata: {\"missed\":" + missed + ",\"next\":3}\n\n"
	}
	for _, c := range []struct{ target, lastEventID, want string }{
		{"/sse?topic=0&after=2", "", events},
		{"/sse?after=4", "", ""},
		{"/sse?after=1", "", gapOf("1") + events},
		{"/sse", "", gapOf("2") + events},
		// What the browser has seen since it made the URL counts more.
		{"/sse?after=1", "3", "id: 4\ndata: " + four + "\n\n"},
		{"/sse?after=4", "0", gapOf("2") + events},
	} {
		w := open(ctx, h, c.target, "Last-Event-ID", c.lastEventID)
		if w.Code != 200 || w.Body.String() != c.want {
			t.Errorf("%s, Last-Event-ID %q: %d\n%q, want\n%q", c.target, c.lastEventID, w.Code, w.Body, c.want)
		}
		if typ, cache := w.Header().Get("Content-Type"), w.Header().Get("Cache-Control"); typ != "text/event-stream" || cache != "no-cache" || !w.Flushed {
			t.Errorf("%s: type %q, cache %q, flushed: %t", c.target, typ, cache, w.Flushed)
		}
	}
	wantCounts(t, "all streams", h.Counters, counts{sent: 9, missed: 5, withMessages: 6})
}

// A comment after every 15 s of silence, counted from the last message; the stream ends with its
// context.
func TestQuietStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t)
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		go func() {
			time.Sleep(20 * time.Second)
			publish(t, h.Feed)
			wantCounts(t, "while it lasts", h.Counters, counts{subscribers: 1, withMessages: 1})
		}()
		start := time.Now()
		w := open(ctx, h, "/sse")
		raw := string(h.Feed.Topic(0).Since(0, nil).Messages[0].Raw)
		want := ":\n\n" + "id: 1\ndata: " + raw + "\n\n" + ":\n\n" + ":\n\n" // at 15, 20, 35 and 50 s
		if got := w.Body.String(); got != want || time.Since(start) != time.Minute {
			t.Errorf("%q in %v, want %q in 1m", got, time.Since(start), want)
		}
		wantCounts(t, "afterwards", h.Counters, counts{sent: 1, withMessages: 1})
	})
}

func TestRefusals(t *testing.T) {
	h := newHandler(t)
	publish(t, h.Feed)
	for _, c := range []struct {
		target, field, value string
		status               int
		says                 string
	}{
		{"/sse?topic=x", "", "", 400, `topic="x" is no topic number`},
		{"/sse?topic=1", "", "", 404, "topic 1 is not here"},
		{"/sse?after=x", "", "", 400, `after="x" is no cursor`},
		{"/sse?after=2", "", "", 400, "after=2 is beyond the last message, 1"},
		{"/sse", "Last-Event-ID", "x", 400, `Last-Event-ID="x" is no cursor`},
		{"/sse", "Last-Event-ID", "2", 400, "Last-Event-ID=2 is beyond the last message, 1"},
		{"/sse", "Origin", "https://evil.example", 403, `origin "https://evil.example" may not subscribe here`},
	} {
		w := open(t.Context(), h, c.target, c.field, c.value)
		if body := w.Body.String(); w.Code != c.status || !strings.Contains(body, c.says) || strings.Count(body, "\n") != 1 {
			t.Errorf("%s: %d %q, want %d and one line that says %q", c.target, w.Code, body, c.status, c.says)
		}
	}
	wantCounts(t, "refused", h.Counters, counts{failed: 7})
}

func TestAllowedOriginMayReadTheStream(t *testing.T) {
	h := newHandler(t)
	h.Origins = transport.Origins{"https://app.example.com"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := open(ctx, h, "/sse", "Origin", "https://app.example.com")
	if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != 200 || got != "https://app.example.com" {
		t.Errorf("%d, Access-Control-Allow-Origin %q", w.Code, got)
	}
}

// A response that cannot be flushed can carry no stream: better none than one that never arrives.
func TestStreamNeedsAFlush(t *testing.T) {
	h := newHandler(t)
	type writer struct{ http.ResponseWriter } // hides Flush
	w := httptest.NewRecorder()
	h.ServeHTTP(writer{w}, httptest.NewRequest(http.MethodGet, "/sse", http.NoBody))
	if w.Body.Len() != 0 || h.Counters.Subscribers.Load() != 0 {
		t.Errorf("wrote %q, %d subscribers left", w.Body, h.Counters.Subscribers.Load())
	}
}
