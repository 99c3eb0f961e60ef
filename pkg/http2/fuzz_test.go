package http2_test

import (
	"testing"

	"pollpush/pkg/exchange"
	"pollpush/pkg/wire"
)

// Whatever a server sends, the client neither panics nor loses account of a byte.
func FuzzServer(f *testing.F) {
	add := func(write func(*script)) {
		s := newScript()
		s.settings()
		write(s)
		f.Add(s.Bytes())
	}
	add(func(s *script) { s.head(1, true, ":status", "204") })
	add(func(s *script) {
		s.head(1, false, ":status", "200", "content-type", "text/plain")
		_ = s.WriteData(1, false, []byte("hello"))
		_ = s.WriteDataPadded(1, true, []byte("world"), make([]byte, 3))
	})
	add(func(s *script) {
		_ = s.WritePing(false, [8]byte{})
		_ = s.WriteGoAway(1, 0, []byte("enough"))
		_ = s.WriteRSTStream(1, 7)
	})
	f.Fuzz(func(t *testing.T, stream []byte) {
		c, server := connect(t, arrivals["at once"])
		_, _ = server.Write(stream)
		_ = server.Close()
		var sum wire.Ledger
		if answer, err := c.Get(request); err == nil {
			body, err := exchange.ReadAll(answer.Body, nil, 1<<20)
			if err == nil && (answer.Status < 200 || len(body) > len(stream)) {
				t.Errorf("status %d, %d bytes of content out of %d", answer.Status, len(body), len(stream))
			}
			sum = take(c)
		}
		c.Drain()
		sum = sum.Add(take(c))
		if read := c.Meter().BytesRead(); sum.Down.Socket() != read || sum.Down.Framing < 0 || sum.Down.Header < 0 {
			t.Errorf("booked %+v of %d bytes read", sum.Down, read)
		}
	})
}
