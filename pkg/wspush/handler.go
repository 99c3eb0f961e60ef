package wspush

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// DefaultPing is how often a server pings a client, to keep proxies from closing a quiet
// connection and to find out about clients that are gone.
const DefaultPing = 30 * time.Second

// Handler serves WebSocket connections. It is safe for concurrent use; its fields are not to be
// changed while it serves.
type Handler struct {
	Feed    *feed.Feed
	Origins transport.Origins
	// Ping is the interval of pings; a client that leaves one unanswered until the next is due is
	// cut off. 0 means DefaultPing.
	Ping time.Duration
	// Deflate is what the server does for clients that offer compression. Each has the last word on
	// context takeover: it comes about where neither side declines it. The library compresses at Go's
	// fastest level, which looks back to the message before and no further, and for messages of less
	// than 128 bytes not at all.
	Deflate Deflate
	// Counters may not be nil.
	Counters *transport.Counters
}

// ServeHTTP serves one connection until the client closes it, a write fails, or the request's
// context ends, which here means that the server is about to: then it closes with 1001.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw := &hijacked{ResponseWriter: w}
	log, after, conn, err := h.accept(raw, r)
	if err != nil {
		h.Counters.Failed.Add(1)
		return
	}
	h.Counters.Upgrades.Add(1)
	h.Counters.Subscribers.Add(1)
	defer h.Counters.Subscribers.Add(-1)

	s := &socket{conn: conn, raw: raw.conn, counters: h.Counters, after: after}
	gone, left := context.WithCancel(context.Background())
	s.beside.Go(func() {
		defer left()
		s.read()
	})
	defer s.beside.Wait()
	defer func() { _ = conn.CloseNow() }()
	h.serve(r.Context(), gone, log, s)
}

// accept answers the opening handshake, or refuses it.
func (h *Handler) accept(w http.ResponseWriter, r *http.Request) (*feed.Log, uint64, *websocket.Conn, error) {
	if err := h.Origins.Check(w, r); err != nil {
		transport.Refuse(w, err)
		return nil, 0, nil, err
	}
	query, err := transport.ParseQuery(r)
	if err != nil {
		transport.Refuse(w, err)
		return nil, 0, nil, err
	}
	sub, log, err := transport.ParseSubscription(query, h.Feed)
	if err != nil {
		transport.Refuse(w, err)
		return nil, 0, nil, err
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin was checked above, by the rule that all transports share
		CompressionMode:    h.Deflate.mode(),
		// The library would leave short messages as they are, below 128 or 512 bytes by the mode: what
		// is measured is what was asked for.
		CompressionThreshold: 1,
	})
	return log, sub.After, conn, err
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

func (h *Handler) serve(ending, gone context.Context, log *feed.Log, s *socket) {
	interval := h.Ping
	if interval == 0 {
		interval = DefaultPing
	}
	ping := time.NewTicker(interval)
	defer ping.Stop()
	var batch feed.Batch
	for {
		batch = log.Since(s.after, batch.Messages)
		if s.write(batch) != nil {
			return
		}
		select {
		case <-batch.More:
		case <-ping.C:
			s.ping(gone, interval)
		case <-gone.Done():
			return
		case <-ending.Done():
			s.close(websocket.StatusGoingAway)
			return
		}
	}
}

// socket writes one client's frames.
type socket struct {
	conn     *websocket.Conn
	raw      net.Conn // what conn stands on
	counters *transport.Counters
	after    uint64
	beside   sync.WaitGroup // what runs beside the writing
}

// read answers pings, takes pongs, and ends when the client closes or breaks the protocol. Clients
// have nothing to say here: one that sends a message is closed with 1008.
func (s *socket) read() {
	if _, _, err := s.conn.Reader(context.Background()); err == nil {
		s.close(websocket.StatusPolicyViolation)
	}
}

// close makes the closing handshake. A client that does not do its part in time is cut off; the
// library alone would wait for ever for the rest of a frame.
func (s *socket) close(code websocket.StatusCode) {
	cut := time.AfterFunc(wire.CloseTimeout, func() { _ = s.raw.Close() })
	defer cut.Stop()
	_ = s.conn.Close(code, "") // it is over either way
}

// write sends a batch, each message as a text frame of its own. How long a write may take is the
// business of the connection underneath, as it is for the other transports.
func (s *socket) write(batch feed.Batch) error {
	if gap, ok := batch.Gap(s.after); ok {
		if err := s.send(feed.AppendGap(nil, gap)); err != nil {
			return err
		}
		s.counters.Missed.Add(int64(gap.Missed))
	}
	for _, m := range batch.Messages {
		if err := s.send(m.Raw); err != nil {
			return err
		}
		s.after = m.Seq
		s.counters.Sent.Add(1)
	}
	return nil
}

func (s *socket) send(text []byte) error {
	return s.conn.Write(context.Background(), websocket.MessageText, text)
}

// ping pings the client beside the writing, and cuts it off when no pong comes within patience.
func (s *socket) ping(gone context.Context, patience time.Duration) {
	s.beside.Go(func() {
		ctx, cancel := context.WithTimeout(gone, patience)
		defer cancel()
		if s.conn.Ping(ctx) != nil {
			_ = s.conn.CloseNow()
		}
	})
}

// hijacked remembers the connection that the WebSocket library takes over.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, rw, err
}
