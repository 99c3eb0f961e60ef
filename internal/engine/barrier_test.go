package engine_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// A WebSocket client that waits for the others answers pings: its target gives up who leaves one unanswered until
// the next. What they took is booked as setting up. Those who leave in the window are no exception.
func TestPingsAtTheBarrier(t *testing.T) {
	for name, stages := range map[string][]scenario.Stage{"stay": nil, "leave": {{For: 10 * time.Second, Clients: 3}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				l.config.Ping = time.Second
				s := small(scenario.WebSocket)
				s.Clients, s.Link.RTT, s.Stages = 4*engine.ConcurrentDials, 600*time.Millisecond, stages // two round trips each
				if stages != nil {
					s.Duration = s.StagesLength()
				}
				r := l.run(s)[0]
				if m := r.Messages; *m.Lost != 0 || m.Delivered != *m.Expected || r.Clients.Connected != s.Clients {
					t.Errorf("%d delivered, %d lost: %q", m.Delivered, *m.Lost, r.Verdict.Reasons)
				}
				addsUp(t, r.Wire)
				if setup := r.Wire.Setup; setup.Down.Control < 2*int64(s.Clients) || setup.Up.Control < 3*setup.Down.Control/2 {
					t.Errorf("to set up took %+v: want pings and pongs", setup.Ledger)
				}
			})
		})
	}
}

// lateAnswer is a connection over which the answer that a schedule began takes two seconds.
type lateAnswer struct {
	net.Conn
	asked atomic.Bool
}

func (c *lateAnswer) Write(p []byte) (int, error) {
	c.asked.Store(bytes.HasPrefix(p, []byte("POST /publications ")))
	return c.Conn.Write(p)
}

func (c *lateAnswer) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.asked.CompareAndSwap(true, false) {
		time.Sleep(2 * time.Second)
	}
	return n, err
}

// A WebSocket client is not held, so messages may reach it before the generator knows when the schedule began. They
// count as all others do, and who looks at the generator sees that it was late.
func TestMessagesBeforeTheOriginIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.onLaunch = func(target *engine.Target) {
			target.Admin = admin.NewClient("http://"+l.config.Admin, func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := l.network.DialContext(ctx, network, address)
				return &lateAnswer{Conn: conn}, err
			})
		}
		s := small(scenario.WebSocket)
		s.Warmup, s.Rate = 0, 20
		r := l.run(s)[0]
		if m := r.Messages; *m.Expected != 12*20*60 || m.Delivered != *m.Expected || *m.Lost != 0 || m.Reordered != 0 {
			t.Errorf("messages = %+v, lost %d", m, *m.Lost)
		}
		wantReason(t, r, result.Invalid, "the generator was")
		addsUp(t, r.Wire)

		// An interrupt meanwhile ends those that wait to know.
		ctx, cancel := contextFor(t, time.Second)
		defer cancel()
		if r, err := l.engine(s).Run(ctx); !errors.Is(err, context.DeadlineExceeded) || len(r.Trials) != 0 {
			t.Errorf("%d trials, %v", len(r.Trials), err)
		}
	})
}
