package target

import (
	"net/http"
	"time"

	"pollpush/pkg/transport"
)

// protocols are what the service address speaks. The client chooses: with TLS by ALPN (RFC 7301),
// without it by prior knowledge, where it begins with HTTP/2's preface (RFC 9113 section 3.3).
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return p
}

// What a client of HTTP/2 may do (RFC 9113 section 6.5.2). The windows are those that a client may use
// before it knows better (section 6.9.2): net/http holds smaller ones against it from the start, and larger
// ones cost a WINDOW_UPDATE. Nobody needs them, for requests have no bodies here.
const (
	maxStreams = 100      // the RFC recommends no less
	maxFrame   = 16 << 10 // the least there is
	window     = 1<<16 - 1
)

// goAwayTimeout is more than net/http lets pass between the last GOAWAY and the end of a connection.
const goAwayTimeout = 2 * time.Second

// http2Config returns the bounds of HTTP/2. There are no pings: they would be measured. A client that has
// vanished is found as over HTTP/1.1, by TCP's keep-alive or by what it does not acknowledge (boundUnacknowledged).
func http2Config() *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams:          maxStreams,
		MaxReadFrameSize:              maxFrame,
		MaxReceiveBufferPerConnection: window,
		MaxReceiveBufferPerStream:     window,
	}
}

// vacantTimeout is longer than net/http leaves a connection open on which no request is handled: an
// answer is drained, the next request waited for, and its head, or in the beginning TLS and the head;
// and over HTTP/2 the GOAWAY comes some time before the end.
func (c Config) vacantTimeout() time.Duration {
	return c.DrainTimeout + c.IdleTimeout + 2*c.HeaderTimeout + goAwayTimeout
}

// overHTTP1 refuses requests over HTTP/2, where there is no upgrade (RFC 9113 section 8.6), and whose
// own way to WebSocket (RFC 8441) net/http has not. 426 would have to name what to upgrade to, in a
// field that HTTP/2 forbids.
func overHTTP1(counters *transport.Counters, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 {
			next.ServeHTTP(w, r)
			return
		}
		counters.Failed.Add(1)
		transport.Refuse(w, transport.BadRequest("WebSocket is served over HTTP/1.1 here, not over HTTP/2 (RFC 8441)"))
	})
}
