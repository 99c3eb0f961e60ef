package wspush

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"pollpush/pkg/fanout"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// DefaultPing is how often a server pings a client, to keep proxies from closing a quiet
// connection and to find out about clients that are gone.
const DefaultPing = 30 * time.Second

// Handler serves WebSocket connections. It is safe for concurrent use; its fields are not to be
// changed while it serves.
type Handler struct {
	Feed    *feed.Feed
	Origins transport.Origins
	// Pool writes the messages. When it ends, connections are closed with 1001. It may not be nil.
	Pool *fanout.Pool
	// Ping is the interval of pings; a client that leaves one unanswered until the next is due is
	// cut off, and counted as failed. While something is being written to a client it is neither pinged nor cut
	// off for want of a pong: how long a write may take is up to the connection. 0 means DefaultPing.
	Ping time.Duration
	// Deflate is what the server does for clients that offer compression. Each has the last word on
	// context takeover: it comes about where neither side declines it. The library compresses at Go's
	// fastest level, which looks back to the message before and no further, and for messages of less
	// than 128 bytes not at all.
	Deflate Deflate
	// Counters may not be nil.
	Counters *transport.Counters

	mu       sync.Mutex
	prepared [2]*frames // made when first needed: plain, and compressed one by one
}

// ServeHTTP answers an opening handshake. The connection lasts beyond that, until the client closes it, a
// write fails, or the pool ends.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := h.open(w, r)
	if err != nil {
		h.Counters.Failed.Add(1)
		return
	}
	h.Counters.Upgrades.Add(1)
	h.Counters.Subscribers.Add(1)
	h.Pool.Add(&s.reader)
	// A goroutine that begins here has a stack a quarter the size of the one that answered the request.
	go s.run() // until the connection is closed
}

// open answers the opening handshake, or refuses it.
func (h *Handler) open(w http.ResponseWriter, r *http.Request) (*socket, error) {
	sub, log, err := h.parse(w, r)
	if err != nil {
		transport.Refuse(w, err)
		return nil, err
	}
	t := &takeover{ResponseWriter: w}
	s := &socket{handler: h}
	conn, err := accept(t, r, h.Deflate.mode(), s.pong)
	if err != nil {
		return nil, err
	}
	s.conn, s.wire = conn, t.conn
	s.reader = fanout.Reader{Log: log, After: sub.After, Sink: s, Counters: h.Counters}
	s.reader.Encoding, err = h.encoding(agreed(w.Header()))
	if err != nil {
		_ = conn.CloseNow() // nobody will write to it
		return nil, err
	}
	return s, nil
}

func (h *Handler) parse(w http.ResponseWriter, r *http.Request) (transport.Subscription, *feed.Log, error) {
	if err := h.Origins.Check(w, r); err != nil {
		return transport.Subscription{}, nil, err
	}
	query, err := transport.ParseQuery(r)
	if err != nil {
		return transport.Subscription{}, nil, err
	}
	return transport.ParseSubscription(query, h.Feed)
}

// accept has the library answer an opening handshake, and call pong for each pong that comes in later.
func accept(
	w http.ResponseWriter, r *http.Request, mode websocket.CompressionMode, pong func(context.Context, []byte),
) (*websocket.Conn, error) {
	return websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin was checked, by the rule that all transports share
		CompressionMode:    mode,
		// The library would leave short messages as they are, below 128 or 512 bytes by the mode: what
		// is measured is what was asked for.
		CompressionThreshold: 1,
		OnPongReceived:       pong,
	})
}

// agreed returns how the library compresses, as its answer says.
func agreed(answer http.Header) Deflate {
	extension := answer.Get("Sec-WebSocket-Extensions")
	switch {
	case extension == "":
		return DeflateOff
	case strings.Contains(extension, serverNoTakeover):
		return DeflateNoTakeover
	}
	return DeflateTakeover
}

// encoding returns how messages go over connections on which that was agreed.
func (h *Handler) encoding(agreed Deflate) (fanout.Encoding, error) {
	if agreed == DeflateTakeover {
		return texts{}, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	i := 0
	if agreed == DeflateNoTakeover {
		i = 1
	}
	var err error
	if h.prepared[i] == nil {
		h.prepared[i], err = newFrames(agreed.mode())
	}
	return h.prepared[i], err
}

// mode returns what the library calls it.
func (d Deflate) mode() websocket.CompressionMode {
	switch d {
	case DeflateTakeover:
		return websocket.CompressionContextTakeover
	case DeflateNoTakeover:
		return websocket.CompressionNoContextTakeover
	}
	return websocket.CompressionDisabled
}
