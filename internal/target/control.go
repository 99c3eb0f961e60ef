package target

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"pollpush/internal/admin"
	"pollpush/pkg/transport"
)

// maxQuestionBytes bounds the body of a control request.
const maxQuestionBytes = 64 << 10

// questionTimeout bounds how long that body may take to arrive.
const questionTimeout = 10 * time.Second

// control answers on the admin address. ctx is what publications live as long as.
type control struct {
	ctx    context.Context //nolint:containedctx // a publication outlives the request that starts it
	target *Target
}

// handler returns what the admin address serves.
func (c *control) handler(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /topics", c.topics)
	mux.HandleFunc("POST /publications", c.publish)
	mux.HandleFunc("GET /publication", c.published)
	mux.HandleFunc("GET /publication/progress", c.progress)
	mux.HandleFunc("DELETE /publication", c.unpublish)
	mux.HandleFunc("GET /clock", c.now)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", c.health)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	return c.guard(mux)
}

// guard keeps strangers out. An address that others can reach is guarded by a token. One that they
// cannot is guarded by its name, and by a token as well if there is one.
func (c *control) guard(next http.Handler) http.Handler {
	token := c.target.config.AdminToken
	if token.IsZero() || isLoopback(c.target.config.Admin) {
		next = guardLocal(next)
	}
	if !token.IsZero() {
		next = token.Guard(next)
	}
	return next
}

// guardLocal keeps web pages out: a browser on this host can reach a loopback address on behalf of
// any page it shows, under a name that the page's owner made up.
func guardLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(hostname(r.Host)) {
			http.Error(w, "the admin address is served under its loopback name only", http.StatusForbidden)
			return
		}
		if err := (transport.Origins{}).Check(w, r); err != nil {
			transport.Refuse(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostname(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return hostport
}

func (c *control) health(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintln(w, admin.Product) // a client that is gone needs no answer
}

// now answers with a reading of the clock: between the question and the answer, whoever asks can tell.
func (c *control) now(w http.ResponseWriter, _ *http.Request) {
	write(w, admin.ClockResponse{Now: c.target.clock.Now()})
}

func (c *control) topics(w http.ResponseWriter, r *http.Request) {
	var question admin.TopicsRequest
	if !read(w, r, &question) {
		return
	}
	feed := c.target.feed
	if question.Count < 0 {
		http.Error(w, "count is negative", http.StatusBadRequest)
		return
	}
	if err := feed.Grow(question.Count); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer := admin.TopicsResponse{Ends: make([]uint64, feed.Topics())}
	for i := range answer.Ends {
		answer.Ends[i] = feed.Topic(i).End()
	}
	write(w, answer)
}

func (c *control) publish(w http.ResponseWriter, r *http.Request) {
	var question admin.PublicationRequest
	if !read(w, r, &question) {
		return
	}
	origin, err := c.target.publisher.start(c.ctx, question)
	switch {
	case errors.Is(err, errBusy):
		http.Error(w, err.Error(), http.StatusConflict)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		write(w, admin.PublicationResponse{Origin: origin})
	}
}

func (c *control) unpublish(http.ResponseWriter, *http.Request) { c.target.publisher.stop() }

func (c *control) published(w http.ResponseWriter, _ *http.Request) {
	write(w, c.target.publisher.record())
}

func (c *control) progress(w http.ResponseWriter, _ *http.Request) {
	p := c.target.publisher.record()
	write(w, admin.Progress{Done: p.Done, Stopped: p.Stopped, Count: len(p.Records)})
}

// read reads a request's JSON, or answers with what is wrong with it.
func read(w http.ResponseWriter, r *http.Request, question any) bool {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(questionTimeout)) // it has deadlines
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxQuestionBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(question); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func write(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // a client that is gone needs no answer
}
