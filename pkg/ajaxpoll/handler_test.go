package ajaxpoll_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/pkg/ajaxpoll"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// newHandler serves one topic that keeps two messages.
func newHandler(t *testing.T) *ajaxpoll.Handler {
	t.Helper()
	f := feed.New(feed.Limits{Messages: 2})
	if err := f.Grow(1); err != nil {
		t.Fatal(err)
	}
	return &ajaxpoll.Handler{Feed: f, Short: new(transport.Counters), Long: new(transport.Counters)}
}

func publish(t *testing.T, f *feed.Feed) string {
	t.Helper()
	m, err := f.Topic(0).Publish(7, feed.MinPayload)
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Raw)
}

func poll(ctx context.Context, h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody))
	return w
}

// counts is transport.Counters as a value that can be compared.
type counts struct{ subscribers, sent, missed, withMessages, empty, failed int64 }

func wantCounts(t *testing.T, name string, c *transport.Counters, want counts) {
	t.Helper()
	got := counts{c.Subscribers.Load(), c.Sent.Load(), c.Missed.Load(), c.WithMessages.Load(), c.Empty.Load(), c.Failed.Load()}
	if got != want {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
}

func TestPollIsAnsweredAtOnce(t *testing.T) {
	h := newHandler(t)
	if w := poll(t.Context(), h, "/poll"); w.Code != 204 || w.Body.Len() != 0 {
		t.Errorf("nothing to tell: %d %q, want 204 and no body", w.Code, w.Body)
	}
	one, two := publish(t, h.Feed), publish(t, h.Feed)
	for target, want := range map[string]string{
		"/poll":                        "[" + one + "," + two + "]",
		"/poll?topic=0&after=1":        "[" + two + "]",
		"/poll?topic=0&after=1&wait=0": "[" + two + "]",
		"/poll?after=0&wait=25s":       "[" + one + "," + two + "]",
	} {
		w := poll(t.Context(), h, target)
		if w.Code != 200 || w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s, want %s", target, w.Code, w.Body, want)
		}
		if n := w.Result().ContentLength; n != int64(len(want)) {
			t.Errorf("%s: length %d, want %d", target, n, len(want))
		}
	}
	if w := poll(t.Context(), h, "/poll?after=2"); w.Code != 204 {
		t.Errorf("after the last message: %d %s, want 204", w.Code, w.Body)
	}
	wantCounts(t, "short", h.Short, counts{sent: 3, withMessages: 2, empty: 2})
	wantCounts(t, "long", h.Long, counts{sent: 3, withMessages: 2})
}

func TestPollBehindTheTailTellsOfTheGap(t *testing.T) {
	h := newHandler(t)
	publish(t, h.Feed)
	publish(t, h.Feed)
	three, four := publish(t, h.Feed), publish(t, h.Feed)
	for target, want := range map[string]string{
		"/poll":         `[{"missed":2,"next":3},` + three + "," + four + "]",
		"/poll?after=1": `[{"missed":1,"next":3},` + three + "," + four + "]",
		"/poll?after=2": "[" + three + "," + four + "]",
	} {
		if w := poll(t.Context(), h, target); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d %s, want %s", target, w.Code, w.Body, want)
		}
	}
	wantCounts(t, "short", h.Short, counts{sent: 6, missed: 3, withMessages: 3})
}

func TestHold(t *testing.T) {
	for _, c := range []struct {
		name   string
		happen func(t *testing.T, h *ajaxpoll.Handler, cancel func()) // 3 s after the poll came in
		status int
		after  time.Duration
		want   counts
	}{
		{"nothing happens", func(*testing.T, *ajaxpoll.Handler, func()) {}, 204, 25 * time.Second, counts{empty: 1}},
		{"a message comes", func(t *testing.T, h *ajaxpoll.Handler, _ func()) { publish(t, h.Feed) }, 200, 3 * time.Second, counts{sent: 1, withMessages: 1}},
		{"the context ends", func(_ *testing.T, _ *ajaxpoll.Handler, cancel func()) { cancel() }, 204, 3 * time.Second, counts{empty: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHandler(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					time.Sleep(3 * time.Second)
					wantCounts(t, "while it is held", h.Long, counts{subscribers: 1})
					c.happen(t, h, cancel)
				}()
				start := time.Now()
				w := poll(ctx, h, "/poll?wait=25s")
				if held := time.Since(start); w.Code != c.status || held != c.after {
					t.Errorf("%d after %v, want %d after %v", w.Code, held, c.status, c.after)
				}
				wantCounts(t, "long", h.Long, c.want)
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	h := newHandler(t)
	h.MaxHold = 30 * time.Second
	publish(t, h.Feed)
	for _, c := range []struct {
		target, origin string
		status         int
		says           string
	}{
		{"/poll?topic=x", "", 400, `topic="x" is no topic number`},
		{"/poll?topic=1", "", 404, "topic 1 is not here"},
		{"/poll?after=x", "", 400, `after="x" is no cursor`},
		{"/poll?after=2", "", 400, "after=2 is beyond the last message, 1"},
		{"/poll?wait=", "", 400, `wait="" is no duration`},
		{"/poll?wait=25", "", 400, `wait="25" is no duration`},
		{"/poll?wait=-1s", "", 400, `wait="-1s" is no duration`},
		{"/poll?wait=31s", "", 400, "wait=31s is too long: a poll is held for 30s at most"},
		{"/poll", "https://evil.example", 403, `origin "https://evil.example" may not subscribe here`},
	} {
		r := httptest.NewRequest(http.MethodGet, c.target, http.NoBody)
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body := w.Body.String(); w.Code != c.status || !strings.Contains(body, c.says) || strings.Count(body, "\n") != 1 {
			t.Errorf("%s: %d %q, want %d and one line that says %q", c.target, w.Code, body, c.status, c.says)
		}
	}
	wantCounts(t, "short", h.Short, counts{failed: 5})
	wantCounts(t, "long", h.Long, counts{failed: 4})
}

// Without a MaxHold the default is in force; the wait itself is not, as there is an answer.
func TestDefaultMaxHold(t *testing.T) {
	h := newHandler(t)
	publish(t, h.Feed)
	for target, status := range map[string]int{"/poll?wait=60s": 200, "/poll?wait=60.1s": 400} {
		if w := poll(t.Context(), h, target); w.Code != status {
			t.Errorf("%s: %d, want %d", target, w.Code, status)
		}
	}
}

func TestAllowedOriginMayReadTheAnswer(t *testing.T) {
	h := newHandler(t)
	h.Origins = transport.Origins{"https://app.example.com"}
	for _, target := range []string{"/poll", "/poll?topic=9"} { // a refusal must be readable, too
		r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
		r.Header.Set("Origin", "https://app.example.com")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "https://app.example.com" {
			t.Errorf("%s: Access-Control-Allow-Origin %q", target, got)
		}
	}
}
