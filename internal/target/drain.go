package target

import (
	"net/http"
	"sync"
	"time"
)

// bound bounds what a request may hold: that it is being handled is noted for its connection, and over
// HTTP/2 a reader has as long to drain as it has over HTTP/1.1.
func (t *Target) bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := connOf(r)
		c.vacancy.enter()
		defer c.vacancy.leave()
		if r.ProtoMajor == 2 {
			w = &draining{ResponseWriter: w, control: http.NewResponseController(w), conn: c}
		}
		next.ServeHTTP(w, r)
	})
}

// draining is the answer on a stream of HTTP/2. A client can keep the stream's window shut (RFC 9113
// section 5.2), and then a write waits although nothing waits on the socket, where conn would
// notice. So one that takes longer than a reader may is ended, with its stream. The others of the
// connection go on.
//
// A deadline for each write would be a message to net/http's serving goroutine each time. It is set when
// it has passed.
type draining struct {
	http.ResponseWriter
	control *http.ResponseController
	conn    *conn

	mu    sync.Mutex // held while the stream is ended, so that its handler cannot return meanwhile
	timer *time.Timer
	since time.Time // when the write that is under way began; zero if none is
}

// Unwrap lets http.ResponseController find what is not here.
func (d *draining) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// Write writes, for as long as a reader may take.
func (d *draining) Write(p []byte) (int, error) {
	d.begin()
	defer d.end()
	return d.ResponseWriter.Write(p)
}

// FlushError flushes, for as long as a reader may take.
func (d *draining) FlushError() error {
	d.begin()
	defer d.end()
	return d.control.Flush()
}

func (d *draining) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.since = time.Now()
	if d.timer == nil {
		d.timer = time.AfterFunc(d.conn.listener.drain, d.expire)
		return
	}
	d.timer.Reset(d.conn.listener.drain)
}

func (d *draining) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.timer.Stop()
	d.since = time.Time{}
}

// expire ends the stream, unless the write it was meant for has ended just now.
func (d *draining) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.since.IsZero() || time.Since(d.since) < d.conn.listener.drain {
		return
	}
	d.conn.countSlow()
	_ = d.control.SetWriteDeadline(time.Unix(1, 0)) // net/http's streams have deadlines
}
