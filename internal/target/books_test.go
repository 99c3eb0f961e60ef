package target_test

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"pollpush/internal/target"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
	"pollpush/pkg/wire"
)

// A client that ends its half of a connection (its FIN, behind TLS's close_notify) with a held poll and
// an event stream open reads to the target's own end, and has by then got all that the target says it
// has sent: in a quiet moment, and in the middle of messages.
func TestHTTP2BooksBalance(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*target.Config)
		busy   bool
	}{
		{"quiet", unchanged, false},
		{"quiet, TLS", secured, false},
		{"busy", unchanged, true},
		{"busy, TLS", secured, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := listen(t, test.change)
			client := &wire.Totals{}
			dialer := &transport.Dialer{Clock: clock.New(), Totals: client, TLS: l.tls}
			if l.tls != nil {
				l.tls.NextProtos = []string{"h2"}
			}
			_, address, _ := strings.Cut(l.base, "://")
			m, err := dialer.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			p := newPeer2(t, m)
			p.ask("/poll?topic=0&wait=25s&after=0")
			stream := p.ask("/sse?topic=0")
			p.next(http2.FrameHeaders, stream)
			for metric(t, l.Client, `pollpush_target_subscribers{transport="long-poll"}`) != "1" {
				continue // the poll is still on its way
			}
			if test.busy {
				l.start(t.Context(), 1000)
				for range 100 {
					p.next(http2.FrameData, stream)
				}
			}
			m.Finish()
			for err = nil; err == nil; {
				_, err = p.ReadFrame()
			}
			if !errors.Is(err, io.EOF) && (!test.busy || !errors.Is(err, io.ErrUnexpectedEOF)) {
				t.Errorf("reading to the end: %v", err)
			}
			m.Drain()
			if client.Cut.Load() != 0 {
				t.Error("the target's end of file never came")
			}
			for metric(t, l.Client, "pollpush_target_connections_active") != "0" {
				continue // the target is about to notice
			}
			up := metric(t, l.Client, `pollpush_target_socket_bytes_total{direction="up"}`)
			down := metric(t, l.Client, `pollpush_target_socket_bytes_total{direction="down"}`)
			if up != strconv.FormatInt(client.Written.Load(), 10) || down != strconv.FormatInt(client.Read.Load(), 10) {
				t.Errorf("the target counts %s bytes up and %s down, the client %d and %d",
					up, down, client.Written.Load(), client.Read.Load())
			}
		})
	}
}
