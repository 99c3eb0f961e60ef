package link_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/memnet"
)

func TestDelay(t *testing.T) {
	for _, rtt := range []time.Duration{0, 1, 3 * time.Millisecond, 100 * time.Millisecond, 999_999_999} {
		p := link.Profile{RTT: rtt, Up: link.MaxRate} // so that a round trip of 0 is a link, too
		bit := func(bytes int) time.Duration { return time.Duration(bytes) * 8 / 10 }
		bubble(rtt.String(), t, func(t *testing.T) {
			took := stopwatch()
			client, server := pair(t, p)
			wantTook(t, took, rtt)

			took = stopwatch()
			send(t, client, "ping!")
			wantTook(t, took, 0)
			wantRead(t, server, "ping!")
			wantTook(t, took, rtt/2+bit(5))

			took = stopwatch()
			send(t, server, "pong")
			wantRead(t, client, "pong")
			wantTook(t, took, rtt-rtt/2)

			took = stopwatch()
			go func() { _, _ = io.Copy(server, server) }()
			send(t, client, "an echo")
			wantRead(t, client, "an echo")
			wantTook(t, took, rtt+bit(7))
			must(t, client.CloseWrite())
		})
	}
}

// What came while nobody read has arrived, and is not late for that.
func TestStampedOnArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: 100 * time.Millisecond})
		send(t, server, "early")
		time.Sleep(20 * time.Millisecond)
		send(t, server, "later")
		time.Sleep(20 * time.Millisecond)
		took := stopwatch()
		wantRead(t, client, "early")
		wantTook(t, took, 10*time.Millisecond)
		wantRead(t, client, "later")
		wantTook(t, took, 30*time.Millisecond)
		send(t, server, "while nobody reads")
		time.Sleep(time.Second)
		took = stopwatch()
		wantRead(t, client, "while nobody reads")
		wantTook(t, took, 0)
	})
}

func TestBandwidth(t *testing.T) {
	for _, size := range []int{1, 1460, 1461, 300_000, 3_000_001} {
		for _, rate := range []link.Rate{100 * link.Kbit, 7 * link.Mbit, link.Gbit} {
			for _, rtt := range []time.Duration{0, 100 * time.Millisecond} {
				for _, piece := range []int{size, 1 + size/7} {
					want := rtt/2 + time.Duration(8*size)*time.Second/time.Duration(rate)
					name := fmt.Sprintf("%d bytes/%s/rtt %s/pieces of %d", size, rate, rtt, piece)
					bubble("up/"+name, t, func(t *testing.T) {
						client, server := pair(t, link.Profile{RTT: rtt, Up: rate})
						transfer(t, client, server, size, piece, want)
					})
					bubble("down/"+name, t, func(t *testing.T) {
						client, server := pair(t, link.Profile{RTT: rtt, Down: rate})
						transfer(t, server, client, size, piece, want)
					})
				}
			}
		}
	}
}

// transfer sends so many bytes in pieces, and checks when the last one is there.
func transfer(t *testing.T, from, to net.Conn, size, piece int, want time.Duration) {
	t.Helper()
	took := stopwatch()
	var sender sync.WaitGroup
	sender.Go(func() {
		for left := size; left > 0; left -= min(left, piece) {
			if _, err := from.Write(make([]byte, min(left, piece))); err != nil {
				t.Error(err)
			}
		}
	})
	if _, err := io.ReadFull(to, make([]byte, size)); err != nil {
		t.Error(err)
	}
	wantTook(t, took, want)
	sender.Wait()
}

// A line that was idle has not saved anything up, and one that is busy sends what comes later after
// what came before.
func TestBandwidthIsNotSavedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, link.Profile{RTT: 20 * time.Millisecond, Up: 8 * link.Mbit})
		time.Sleep(time.Minute)
		for _, wait := range []time.Duration{time.Hour, 0} { // a byte takes a microsecond
			took := stopwatch()
			send(t, client, string(make([]byte, 1000)))
			time.Sleep(400 * time.Microsecond)
			send(t, client, string(make([]byte, 1000)))
			wantRead(t, server, string(make([]byte, 2000)))
			wantTook(t, took, 12*time.Millisecond)
			time.Sleep(wait)
		}
	})
}

func TestDialing(t *testing.T) {
	const rtt = 100 * time.Millisecond
	p := link.Profile{RTT: rtt}
	bubble("refused after a round trip", t, func(t *testing.T) {
		var n memnet.Network
		took := stopwatch()
		_, err := p.Dialer(n.DialContext)(t.Context(), "tcp", serverAddr)
		wantErr(t, err, syscall.ECONNREFUSED)
		wantTook(t, took, rtt)
	})
	bubble("given up before the server knows", t, func(t *testing.T) {
		var n memnet.Network
		l, err := n.Listen(serverAddr)
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), rtt/4)
		defer cancel()
		took := stopwatch()
		_, err = p.Dialer(n.DialContext)(ctx, "tcp", serverAddr)
		wantErr(t, err, context.DeadlineExceeded)
		wantTook(t, took, rtt/4)
		go func() { time.Sleep(time.Second); _ = l.Close() }()
		if _, err := l.Accept(); err == nil {
			t.Error("the server accepted a connection that was given up")
		}
	})
	bubble("no link", t, func(t *testing.T) {
		var n memnet.Network
		_, err := n.Listen(serverAddr)
		must(t, err)
		plain, err := n.DialContext(t.Context(), "tcp", serverAddr)
		must(t, err)
		c, err := link.Profile{Name: "none", Seed: 1}.Dialer(n.DialContext)(t.Context(), "tcp", serverAddr)
		must(t, err)
		if got, want := fmt.Sprintf("%T", c), fmt.Sprintf("%T", plain); got != want {
			t.Errorf("the zero profile returned a %s, want the %s itself", got, want)
		}
	})
}

// A thousand connections do not delay each other.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rtt, n, echoes = 100 * time.Millisecond, 1000, 5
		var network memnet.Network
		l, err := network.Listen(serverAddr)
		must(t, err)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
			}
		}()
		dial := link.Profile{RTT: rtt}.Dialer(network.DialContext)
		var clients sync.WaitGroup
		for i := range n {
			clients.Go(func() {
				took := stopwatch()
				c, err := dial(t.Context(), "tcp", serverAddr)
				if err != nil {
					t.Error(err)
					return
				}
				for range echoes {
					send(t, c, fmt.Sprint(i))
					wantRead(t, c, fmt.Sprint(i))
				}
				must(t, c.(halfConn).CloseWrite())
				wantReadErr(t, c, io.EOF)
				wantTook(t, took, (1+echoes+1)*rtt)
				must(t, c.Close())
			})
		}
		clients.Wait()
		must(t, l.Close())
	})
}
