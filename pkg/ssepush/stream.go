package ssepush

import (
	"net/http"
	"time"

	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// serve writes a stream as the answer to its request.
func (h *Handler) serve(r *http.Request, log *feed.Log, s *stream) {
	interval := h.interval()
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

// stream writes one client's events by way of net/http, which frames them for HTTP/2.
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
