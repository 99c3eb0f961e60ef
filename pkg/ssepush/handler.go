package ssepush

import (
	"net/http"
	"time"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// DefaultKeepAlive is how long a stream may be quiet before a comment is sent; the HTML standard
// suggests "every 15 seconds or so".
const DefaultKeepAlive = 15 * time.Second

// keepAliveComment is an empty comment and the blank line after it.
const keepAliveComment = ":\n\n"

// Handler serves event streams. It is safe for concurrent use; its fields are not to be changed
// while it serves.
type Handler struct {
	Feed    *feed.Feed
	Origins transport.Origins
	// Pool writes the messages over HTTP/1.1; when it ends, streams are ended. It may not be nil.
	Pool *fanout.Pool
	// KeepAlive is the interval of comments; 0 means DefaultKeepAlive.
	KeepAlive time.Duration
	// Counters may not be nil.
	Counters *transport.Counters
}

// ServeHTTP answers with a stream that lasts until its client has gone, a write fails, or the server is
// about to end. Over HTTP/1.1 it takes the connection over and returns before that; otherwise the
// request's context says when it is over.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sub, log, err := h.parse(w, r)
	if err != nil {
		h.Counters.Failed.Add(1)
		transport.Refuse(w, err)
		return
	}
	h.Counters.Subscribers.Add(1)
	h.Counters.WithMessages.Add(1)

	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		h.Counters.Subscribers.Add(-1)
		return
	}
	if r.ProtoAtLeast(1, 1) && r.ProtoMajor == 1 { // the answer is chunked
		if conn, _, err := control.Hijack(); err == nil {
			h.take(conn, log, sub.After)
			return
		}
	}
	defer h.Counters.Subscribers.Add(-1)
	h.serve(r, log, &stream{w: w, flush: control.Flush, counters: h.Counters, after: sub.After})
}

// interval returns how long a stream may be quiet.
func (h *Handler) interval() time.Duration {
	if h.KeepAlive == 0 {
		return DefaultKeepAlive
	}
	return h.KeepAlive
}

func (h *Handler) parse(w http.ResponseWriter, r *http.Request) (transport.Subscription, *feed.Log, error) {
	if err := h.Origins.Check(w, r); err != nil {
		return transport.Subscription{}, nil, err
	}
	query, err := transport.ParseQuery(r)
	if err != nil {
		return transport.Subscription{}, nil, err
	}
	sub, log, err := transport.ParseSubscription(query, h.Feed)
	if err != nil {
		return sub, nil, err
	}
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		sub.After, err = transport.ParseCursor("Last-Event-ID", id, log)
	}
	return sub, log, err
}
