package engine_test

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/clock"
)

// distant is a connection to what is some way off.
type distant struct {
	net.Conn
	way    func() (there, back time.Duration)
	closed chan struct{}
	once   sync.Once
}

func (c *distant) Write(p []byte) (int, error) {
	there, _ := c.way()
	c.travel(there)
	return c.Conn.Write(p)
}

func (c *distant) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil {
		_, back := c.way()
		c.travel(back)
	}
	return n, err
}

func (c *distant) travel(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.closed:
	}
}

func (c *distant) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

func (l *laboratory) dialFar(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.network.DialContext(ctx, network, address)
	return &distant{Conn: conn, way: l.way, closed: make(chan struct{})}, err
}

// elsewhere returns a laboratory whose targets' clock is another host's.
func elsewhere(t *testing.T, skew time.Duration, fast float64, way func() (there, back time.Duration)) *laboratory {
	l := newLaboratory(t)
	l.clock = l.clock.Shifted(1000 * time.Hour) // so that a skew may be negative
	l.skew, l.fast, l.way = skew, fast, way
	return l
}

func steadily(there, back time.Duration) func() (time.Duration, time.Duration) {
	return func() (time.Duration, time.Duration) { return there, back }
}

// A skew that is known is recovered within half the smallest round trip, however unequal the two ways
// are. In the laboratory messages take no time at all, so every latency is the clocks' error.
func TestAnotherClock(t *testing.T) {
	const ms = time.Millisecond
	var drawing sync.Mutex // both ways are drawn from one source
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name  string
		way   func() (there, back time.Duration)
		least time.Duration // half the smallest round trip
		most  time.Duration // and the largest error that may come of it
	}{
		{"no way", steadily(0, 0), 0, 0},
		{"equal ways", steadily(5*ms, 5*ms), 5 * ms, 5 * ms},
		{"only there", steadily(7*ms, 0), 7 * ms / 2, 7 * ms / 2},
		{"only back", steadily(0, 7*ms), 7 * ms / 2, 7 * ms / 2},
		{"far away", steadily(90*ms, 310*ms), 200 * ms, 200 * ms},
		{"now quick, now slow", func() (time.Duration, time.Duration) {
			drawing.Lock()
			defer drawing.Unlock()
			return ms + time.Duration(random.ExpFloat64()*float64(ms)), 2*ms + time.Duration(random.ExpFloat64()*float64(20*ms))
		}, 3 * ms / 2, 5 * ms},
	} {
		for _, skew := range []time.Duration{-100 * time.Hour, -5 * ms, 5 * ms, time.Hour} {
			t.Run(c.name+", "+skew.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := elsewhere(t, skew, 0, c.way).run(small(scenario.WebSocket))[0]
					if r.Clock == nil {
						t.Fatal("it was taken for ours")
					}
					if off := (r.Clock.Offset - skew).Abs(); off > r.Clock.Error || r.Clock.Error < c.least || r.Clock.Error > c.most {
						t.Errorf("%+v: off by %v, want an error from %v to %v", r.Clock, off, c.least, c.most)
					}
					wantWithin(t, r)
					if *r.Messages.Expected != 12*2*60 {
						t.Errorf("%d messages were expected: the window is another", *r.Messages.Expected)
					}
					want := result.Suspect // the error is much beside no latency
					if c.most == 0 {
						want = result.Valid
					}
					if r.Verdict.State != want {
						t.Errorf("verdict = %+v, want %s", r.Verdict, want)
					}
				})
			})
		}
	}
}

// wantWithin checks that a trial whose messages took no time went well, and has latencies within the
// clocks' error.
func wantWithin(t *testing.T, r result.Trial) {
	t.Helper()
	if r.Latency.Min < -r.Clock.Error || r.Latency.Max > r.Clock.Error {
		t.Errorf("latencies from %v to %v, want them within ±%v", r.Latency.Min, r.Latency.Max, r.Clock.Error)
	}
	if m := r.Messages; m.Delivered != *m.Expected || r.Latency.Count != m.Delivered || *r.Server.Books.Difference != 0 {
		t.Errorf("messages = %+v, books differ by %d", m, *r.Server.Books.Difference)
	}
}

// A clock that runs fast or slow is followed through the trial: without that, the last latencies of a
// minute would be six milliseconds off.
func TestDriftingClock(t *testing.T) {
	for _, fast := range []float64{-100e-6, -5e-6, 20e-6, 100e-6} {
		synctest.Test(t, func(t *testing.T) {
			const trip = 4 * time.Millisecond
			l := elsewhere(t, time.Hour, fast, steadily(0, trip)) // so that the clocks' error is used up
			r := l.run(small(scenario.WebSocket))[0]
			wantWithin(t, r)
			if most := trip/2 + 150*time.Microsecond; r.Clock.Error < trip/2 || r.Clock.Error > most {
				t.Errorf("%v: the error is %v, want %v to %v", fast, r.Clock.Error, trip/2, most)
			}
			drift := time.Duration(fast * float64(62*time.Second)) // warm-up and window
			if got := r.Clock.Drift; (got - drift).Abs() > 100*time.Microsecond {
				t.Errorf("%v: it drifted by %v, want %v", fast, got, drift)
			}
		})
	}
}

// What is slow to be told when the schedule begins is told in time all the same: the clients are let go
// before the first message, and that is not late.
func TestFarTargetBeginsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(scenario.WebSocket)
		s.Warmup, s.Rate, s.Duration = 0, 10, 5*time.Second
		r := elsewhere(t, time.Hour, 0, steadily(0, time.Second)).run(s)[0]
		wantWithin(t, r)
		if r.Latency.Min != r.Latency.Max {
			t.Errorf("latencies from %v to %v: they should all be the same", r.Latency.Min, r.Latency.Max)
		}
	})
}

// Polls keep to the schedule of our clock.
func TestPollsOfAnotherClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := elsewhere(t, time.Hour, 0, steadily(time.Millisecond, time.Millisecond)).run(small(scenario.ShortPoll))[0]
		if r.PollLag.Max != 0 || r.Latency.Min < 0 || r.Latency.Max > time.Second || r.Verdict.State != result.Valid {
			t.Errorf("polls left %v late, latencies from %v to %v, verdict %+v", r.PollLag.Max, r.Latency.Min, r.Latency.Max, r.Verdict)
		}
	})
}

// A target on our host has our clock: nothing is corrected, and nothing said about it.
func TestSameClock(t *testing.T) {
	for _, skew := range []time.Duration{0, -time.Millisecond, time.Millisecond} { // as two anchors may differ
		synctest.Test(t, func(t *testing.T) {
			l := newLaboratory(t)
			l.skew = skew
			r := l.run(small(scenario.SSE))[0]
			if r.Clock != nil || r.Latency.Min != -skew || r.Latency.Max != -skew {
				t.Errorf("skew %v: %+v, latencies from %v to %v", skew, r.Clock, r.Latency.Min, r.Latency.Max)
			}
		})
	}
}

// Clocks that agree over a long way may do so by chance: they are compared.
func TestClocksThatAgreeFarApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := elsewhere(t, 0, 0, steadily(20*time.Millisecond, 10*time.Millisecond)).run(small(scenario.WebSocket))[0]
		if r.Clock == nil || r.Clock.Error != 15*time.Millisecond {
			t.Errorf("%+v, want an error of 15ms", r.Clock)
		}
	})
}

// A trial that is cut short still knows how far its clocks were apart.
func TestInterruptedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(20*time.Second, cancel)
		r, err := elsewhere(t, time.Hour, 0, steadily(time.Millisecond, time.Millisecond)).engine(small(scenario.WebSocket)).Run(ctx)
		if err == nil || len(r.Trials) != 1 {
			t.Fatalf("%d trials, %v", len(r.Trials), err)
		}
		trial := r.Trials[0]
		if trial.Clock == nil || trial.Clock.Offset != time.Hour || trial.Messages.Delivered != *trial.Messages.Expected {
			t.Errorf("%+v, messages %+v of %v", trial.Clock, trial.Messages, *trial.Messages.Expected)
		}
	})
}

// A comparison takes no longer than it must, and says how far off it may be.
func TestCompareClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := elsewhere(t, time.Hour, 0, steadily(300*time.Millisecond, 100*time.Millisecond))
		to, err := l.launch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer to.Stop()
		began := time.Now()
		o, err := engine.CompareClocks(t.Context(), to.Admin, l.clock)
		if took := time.Since(began); err != nil || took > 2*time.Second {
			t.Errorf("it took %v, %v", took, err)
		}
		if want := (clock.Offset{At: o.At, Ahead: time.Hour + 100*time.Millisecond, Error: 200 * time.Millisecond}); o != want {
			t.Errorf("%+v, want %+v", o, want)
		}
	})
}
