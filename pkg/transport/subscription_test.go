package transport_test

import (
	"context"
	"errors"
	"math"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// newFeed has two topics; topic 1 has three messages.
func newFeed(t *testing.T) *feed.Feed {
	t.Helper()
	f := feed.New(feed.Limits{})
	if err := f.Grow(2); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f.Topic(1).Publish(0, feed.MinPayload); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestParseSubscription(t *testing.T) {
	f := newFeed(t)
	for query, want := range map[string]transport.Subscription{
		"":                       {},
		"topic=&after=":          {},
		"topic=1":                {Topic: 1},
		"topic=1&after=0":        {Topic: 1},
		"topic=1&after=3":        {Topic: 1, After: 3},
		"after=2&x=y&topic=0001": {Topic: 1, After: 2},
	} {
		got, log, err := transport.ParseSubscription(values(t, query), f)
		if err != nil || got != want || log != f.Topic(want.Topic) {
			t.Errorf("%q: %+v, %v; want %+v and its log", query, got, err, want)
		}
	}
	for query, status := range map[string]int{
		"topic=x": 400, "topic=-1": 400, "topic=1.0": 400, "topic=+1": 400, "topic=2147483648": 400, "topic=18446744073709551616": 400,
		"topic=2": 404, "topic=2147483647": 404,
		"topic=1&after=x": 400, "topic=1&after=-1": 400, "topic=1&after=18446744073709551616": 400,
		"topic=1&after=4": 400, "after=1": 400, "topic=1&after=18446744073709551615": 400,
		"topic=" + strings.Repeat("9", 5000): 400, "topic=1&after=" + strings.Repeat("x", 5000): 400,
	} {
		_, _, err := transport.ParseSubscription(values(t, query), f)
		var refusal *transport.Refusal
		if !errors.As(err, &refusal) || refusal.Status != status || len(refusal.Reason) > 200 || strings.Contains(refusal.Reason, "\n") {
			t.Errorf("%.40q: %v; want one short sentence with status %d", query, err, status)
		}
	}
}

func values(t *testing.T, query string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQueryIsWhatParseSubscriptionReads(t *testing.T) {
	f := newFeed(t)
	want := transport.Subscription{Topic: 1, After: 2}
	got, _, err := transport.ParseSubscription(values(t, string(want.AppendQuery(nil))), f)
	if err != nil || got != want {
		t.Errorf("%q was read as %+v, %v", want.AppendQuery(nil), got, err)
	}
	q := transport.Subscription{Topic: 9, After: math.MaxUint64}.AppendQuery([]byte("/?"))
	if string(q) != "/?topic=9&after=18446744073709551615" {
		t.Errorf("query %q", q)
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		body   string
	}{
		{transport.BadRequest("no %s", "good"), 400, "no good\n"},
		{&transport.Refusal{Status: 404, Reason: "not here"}, 404, "not here\n"},
		{errors.New("internals are not for clients"), 500, "Internal Server Error\n"},
	} {
		w := httptest.NewRecorder()
		transport.Refuse(w, c.err)
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%v: %d %q, want %d %q", c.err, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestUnlessDone(t *testing.T) {
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	if err := transport.UnlessDone(ctx, broken); !errors.Is(err, broken) {
		t.Errorf("while the context lives: %v, want %v", err, broken)
	}
	cancel()
	if err := transport.UnlessDone(ctx, broken); err != nil {
		t.Errorf("after it ended: %v, want nil", err)
	}
}
