package ssepush

import (
	"net/http"
	"time"

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
	// KeepAlive is the interval of comments; 0 means DefaultKeepAlive.
	KeepAlive time.Duration
	// Counters may not be nil.
	Counters *transport.Counters
}

// ServeHTTP serves one stream until the request's context ends, which is when its client has gone
// or the server is about to, or until a write fails.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sub, log, err := h.parse(w, r)
	if err != nil {
		h.Counters.Failed.Add(1)
		transport.Refuse(w, err)
		return
	}
	h.Counters.Subscribers.Add(1)
	defer h.Counters.Subscribers.Add(-1)
	h.Counters.WithMessages.Add(1)

	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	s := &stream{w: w, flush: http.NewResponseController(w).Flush, counters: h.Counters, after: sub.After}
	if s.flush() == nil {
		h.serve(r, log, s)
	}
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

func (h *Handler) serve(r *http.Request, log *feed.Log, s *stream) {
	interval := h.KeepAlive
	if interval == 0 {
		interval = DefaultKeepAlive
	}
	keepAlive := time.NewTimer(interval)
	defer keepAlive.Stop()
	var batch feed.Batch
	for {
		batch = log.Since(s.after, batch.Messages)
		if len(batch.Messages) > 0 {
			if s.write(batch) != nil {
				return
			}
			keepAlive.Reset(interval)
		}
		select {
		case <-batch.More:
		case <-keepAlive.C:
			if s.comment() != nil {
				return
			}
			keepAlive.Reset(interval)
		case <-r.Context().Done():
			return
		}
	}
}

// stream writes one client's events.
type stream struct {
	w        http.ResponseWriter
	flush    func() error
	counters *transport.Counters
	after    uint64
	buf      []byte
}

// write sends a batch, each event as a chunk of its own.
func (s *stream) write(batch feed.Batch) error {
	if gap, ok := batch.Gap(s.after); ok {
		s.buf = appendEvent(s.buf[:0], gap.Next-1, gapEvent, feed.AppendGap(nil, gap))
		if err := s.send(); err != nil {
			return err
		}
		s.counters.Missed.Add(int64(gap.Missed))
	}
	for _, m := range batch.Messages {
		s.buf = appendEvent(s.buf[:0], m.Seq, "", m.Raw)
		if err := s.send(); err != nil {
			return err
		}
		s.after = m.Seq
		s.counters.Sent.Add(1)
	}
	return nil
}

func (s *stream) comment() error {
	s.buf = append(s.buf[:0], keepAliveComment...)
	return s.send()
}

// send writes the buffer and flushes it, so that it goes out as a chunk of its own.
func (s *stream) send() error {
	if _, err := s.w.Write(s.buf); err != nil {
		return err
	}
	return s.flush()
}
