package ajaxpoll

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// DefaultMaxHold is the longest a poll may be held unless the handler says otherwise. RFC 6202
// section 5.5 calls 30 seconds safe and 120 the edge of what networks put up with.
const DefaultMaxHold = 60 * time.Second

// Handler answers polls. It is safe for concurrent use; its fields are not to be changed while it
// serves.
type Handler struct {
	Feed    *feed.Feed
	Origins transport.Origins
	// MaxHold bounds the wait that a poll may ask for; 0 means DefaultMaxHold.
	MaxHold time.Duration
	// Short and Long count the two kinds apart. Neither may be nil.
	Short, Long *transport.Counters
}

// ServeHTTP answers one poll. A held poll is answered with 204 when the request's context ends,
// which is when its client has gone, or has nothing more to ask on this connection, or the server is
// about to end.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, queryErr := transport.ParseQuery(r)
	counters := h.Short
	if query.Has("wait") {
		counters = h.Long
	}
	counters.Subscribers.Add(1)
	defer counters.Subscribers.Add(-1)

	sub, log, wait, err := h.parse(w, r, query)
	if err == nil {
		err = queryErr
	}
	if err != nil {
		counters.Failed.Add(1)
		transport.Refuse(w, err)
		return
	}
	batch := log.Since(sub.After, nil)
	if wait > 0 && len(batch.Messages) == 0 {
		batch = h.hold(r, log, sub.After, batch, wait)
	}
	h.answer(w, r, counters, sub.After, batch)
}

func (h *Handler) parse(w http.ResponseWriter, r *http.Request, query url.Values) (transport.Subscription, *feed.Log, time.Duration, error) {
	if err := h.Origins.Check(w, r); err != nil {
		return transport.Subscription{}, nil, 0, err
	}
	sub, log, err := transport.ParseSubscription(query, h.Feed)
	if err != nil {
		return sub, nil, 0, err
	}
	wait, err := h.parseWait(query)
	return sub, log, wait, err
}

func (h *Handler) parseWait(query url.Values) (time.Duration, error) {
	if !query.Has("wait") {
		return 0, nil
	}
	maxHold := h.MaxHold
	if maxHold == 0 {
		maxHold = DefaultMaxHold
	}
	v := query.Get("wait")
	wait, err := time.ParseDuration(v)
	if err != nil || wait < 0 {
		return 0, transport.BadRequest("wait=%.40q is no duration: want one like 25s", v)
	}
	if wait > maxHold {
		return 0, transport.BadRequest("wait=%s is too long: a poll is held for %s at most", wait, maxHold)
	}
	return wait, nil
}

// hold waits until something follows the cursor, the wait is over, or the request's context ends.
func (h *Handler) hold(r *http.Request, log *feed.Log, after uint64, batch feed.Batch, wait time.Duration) feed.Batch {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-batch.More:
		return log.Since(after, nil)
	case <-timer.C:
	case <-r.Context().Done():
	}
	return batch
}

// MaxAnswerBytes bounds the messages of one answer. What does not fit is for the next poll.
const MaxAnswerBytes = 8 << 20

// shorten returns as many messages as fit into an answer, and at least one of those there are.
func shorten(messages []feed.Message) []feed.Message {
	bytes := 0
	for i, m := range messages {
		if bytes += len(m.Raw); bytes > MaxAnswerBytes && i > 0 {
			return messages[:i]
		}
	}
	return messages
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, counters *transport.Counters, after uint64, batch feed.Batch) {
	batch.Messages = shorten(batch.Messages)
	if len(batch.Messages) == 0 {
		w.WriteHeader(http.StatusNoContent)
		if r.Context().Err() != nil && http.NewResponseController(w).Flush() != nil {
			counters.Failed.Add(1) // an answer that nobody can get is none
			return
		}
		counters.Empty.Add(1)
		return
	}
	var gapObject []byte
	if gap, ok := batch.Gap(after); ok {
		gapObject = feed.AppendGap(nil, gap)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(arrayLength(gapObject, batch.Messages)))
	if err := writeArray(w, gapObject, batch.Messages); err != nil {
		counters.Failed.Add(1)
		return
	}
	counters.Missed.Add(int64(batch.Missed))
	counters.Sent.Add(int64(len(batch.Messages)))
	counters.WithMessages.Add(1)
}
