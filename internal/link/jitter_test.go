package link_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
)

// mark says when the stream had reached a length: at its writer, or at its reader.
type mark struct {
	length int
	at     time.Duration
}

// stream is what was sent in one direction, and when.
type stream struct {
	content []byte
	sent    []mark
	read    []mark
}

// TestJitter sends noise in pieces of random lengths at random times, reads it into buffers of
// random lengths, and looks at every byte: each comes once, in order, and no sooner or later than
// the delay and the jitter allow.
func TestJitter(t *testing.T) {
	const rtt, jitter = 80 * time.Millisecond, 30 * time.Millisecond
	var first []mark
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			client, server := pair(t, link.Profile{RTT: rtt, Jitter: jitter, Seed: seed})
			var up, down stream
			var calls sync.WaitGroup
			calls.Go(func() { up.write(t, client, seed) })
			calls.Go(func() { up.consume(t, server, seed+100) })
			calls.Go(func() { down.write(t, server, seed+200) })
			calls.Go(func() { down.consume(t, client, seed+300) })
			calls.Wait()
			up.check(t, seed, rtt/2, jitter)
			down.check(t, seed, rtt/2, jitter)
			if seed == 0 {
				first = up.read
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: rtt, Jitter: jitter})
		var up stream
		var calls sync.WaitGroup
		calls.Go(func() { up.write(t, client, 0) })
		calls.Go(func() { up.consume(t, server, 100) })
		calls.Wait()
		if fmt.Sprint(up.read) != fmt.Sprint(first) {
			t.Error("the same seed gave other times")
		}
	})
}

func (s *stream) write(t *testing.T, w halfConn, seed uint64) {
	r := rand.New(rand.NewPCG(seed, seed))
	took := stopwatch()
	for range 200 {
		time.Sleep(time.Duration(r.Int64N(int64(20*time.Millisecond)) * r.Int64N(2)))
		piece := make([]byte, 1+r.IntN(3000))
		for i := range piece {
			piece[i] = byte(r.Uint32())
		}
		s.content = append(s.content, piece...)
		s.sent = append(s.sent, mark{len(s.content), took()})
		if _, err := w.Write(piece); err != nil {
			t.Error(err)
		}
	}
	must(t, w.CloseWrite())
}

func (s *stream) consume(t *testing.T, c net.Conn, seed uint64) {
	r := rand.New(rand.NewPCG(seed, seed))
	took := stopwatch()
	var got bytes.Buffer
	for {
		n, err := io.CopyN(&got, c, 1+r.Int64N(2000))
		if n > 0 {
			s.read = append(s.read, mark{got.Len(), took()})
		}
		if err != nil {
			break
		}
	}
	if !bytes.Equal(got.Bytes(), s.content) {
		t.Errorf("seed %d: got %d bytes, %d were sent; or not the same", seed, got.Len(), len(s.content))
	}
}

// check holds each read against the piece that its last byte was sent in.
func (s *stream) check(t *testing.T, seed uint64, delay, jitter time.Duration) {
	t.Helper()
	soonest, latest, piece := time.Hour, time.Duration(0), 0
	for _, r := range s.read {
		for s.sent[piece].length < r.length {
			piece++
		}
		late := r.at - s.sent[piece].at - delay
		if late < 0 || late > jitter {
			t.Fatalf("seed %d: byte %d came %v after the delay, want 0 to %v", seed, r.length, late, jitter)
		}
		soonest, latest = min(soonest, late), max(latest, late)
	}
	if soonest > jitter/2 || latest < jitter*3/4 { // what is late holds back what would not be
		t.Errorf("seed %d: bytes came %v to %v after the delay: the jitter is not drawn from 0 to %v", seed, soonest, latest, jitter)
	}
}
