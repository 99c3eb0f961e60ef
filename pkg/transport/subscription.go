package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"pollpush/pkg/feed"
)

// Subscription is what a request of any transport asks for.
type Subscription struct {
	// Topic is the number of the topic.
	Topic int
	// After is the cursor: the sequence number of the last message the client has.
	After uint64
}

// AppendQuery appends the subscription as a URL's query to b, topic first.
func (s Subscription) AppendQuery(b []byte) []byte {
	b = strconv.AppendInt(append(b, "topic="...), int64(s.Topic), 10)
	return strconv.AppendUint(append(b, "&after="...), s.After, 10)
}

// Refusal is an error that tells a client why its request is not served.
type Refusal struct {
	Status int
	Reason string
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// Refuse answers a request with the status and reason of err, if it is a Refusal, or with 500.
func Refuse(w http.ResponseWriter, err error) {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		http.Error(w, refusal.Reason, refusal.Status)
		return
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// BadRequest returns a Refusal with status 400.
func BadRequest(format string, args ...any) error {
	return &Refusal{Status: http.StatusBadRequest, Reason: fmt.Sprintf(format, args...)}
}

// ParseQuery reads a request's query. What cannot be read is refused rather than left out: a cursor
// that is not understood must not become 0.
func ParseQuery(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, BadRequest("query %.40q cannot be read", r.URL.RawQuery)
	}
	return query, nil
}

// ParseSubscription reads topic and after from a query, and finds the topic's log. Both may be left
// out: topic 0, and everything that is still kept. A client's input is quoted back shortened.
func ParseSubscription(query url.Values, f *feed.Feed) (Subscription, *feed.Log, error) {
	var s Subscription
	if v := query.Get("topic"); v != "" {
		n, err := strconv.ParseUint(v, 10, 31)
		if err != nil {
			return s, nil, BadRequest("topic=%.40q is no topic number: want 0 or more", v)
		}
		s.Topic = int(n)
	}
	log := f.Topic(s.Topic)
	if log == nil {
		return s, nil, &Refusal{http.StatusNotFound, fmt.Sprintf("topic %d is not here: there are %d, counted from 0", s.Topic, f.Topics())}
	}
	after, err := ParseCursor("after", query.Get("after"), log)
	s.After = after
	return s, log, err
}

// ParseCursor reads the cursor v that a client gave as name; an empty one is 0. A cursor beyond the
// log's end belongs to another log, and waiting for it would be waiting for ever.
func ParseCursor(name, v string, log *feed.Log) (uint64, error) {
	if v == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, BadRequest("%s=%.40q is no cursor: want the sequence number of the last message you have", name, v)
	}
	if end := log.End(); after > end {
		return 0, BadRequest("%s=%d is beyond the last message, %d", name, after, end)
	}
	return after, nil
}
