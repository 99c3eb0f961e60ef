package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Over a network, a push is late by one transit. A poll is so, too, from when it or its like next
// reaches the server: a short poll does once in each interval, and a long poll is there but for the
// time that it takes to answer the last and ask anew.
func TestLatencyOverALink(t *testing.T) {
	const rtt, transit = 100 * time.Millisecond, 50 * time.Millisecond
	for _, name := range scenario.Transports() {
		for _, v := range []struct {
			keepAlive, tls bool
			http           scenario.HTTP
			asking         time.Duration // from one answer's arrival until the next poll arrives at the server
		}{
			{keepAlive: true, asking: transit},
			{keepAlive: true, tls: true, asking: transit},
			{keepAlive: true, http: scenario.HTTP2, asking: transit},
			{keepAlive: true, tls: true, http: scenario.HTTP2, asking: transit},
			{keepAlive: false, asking: rtt + transit},
			{keepAlive: false, tls: true, asking: rtt + rtt + transit}, // TLS 1.3 takes one round trip
		} {
			s := small(name)
			s.Arrivals, s.Rate, s.Duration = scenario.Poisson, 3, 30*time.Second
			s.KeepAlive, s.TLS, s.Link.RTT = v.keepAlive, v.tls, rtt
			if v.http != "" {
				if name == scenario.WebSocket {
					continue // it stays on HTTP/1.1
				}
				s.HTTP = v.http
			}
			t.Run(fmt.Sprintf("%s/keep-alive %v, tls %v, http %s", name, s.KeepAlive, s.TLS, s.HTTP), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newLaboratory(t).run(s)[0]
					conformsOver(t, s, r)
					least, most := transit, transit
					switch name {
					case scenario.ShortPoll:
						most += s.PollInterval
					case scenario.LongPoll:
						most += transit + v.asking
					}
					if r.Latency.Min < least || r.Latency.Max > most {
						t.Errorf("latency from %v to %v, want %v to %v", r.Latency.Min, r.Latency.Max, least, most)
					}
					if name == scenario.LongPoll && (r.Latency.Min != least || r.Latency.Max < transit+v.asking) {
						t.Errorf("latency from %v to %v: want polls that were there, and polls that were out", r.Latency.Min, r.Latency.Max)
					}
					if name == scenario.ShortPoll {
						uniform(t, r.Latency, least, most)
					}
				})
			})
		}
	}
}

// uniform checks that a distribution goes evenly from one time to another.
func uniform(t *testing.T, d result.Distribution, from, to time.Duration) {
	t.Helper()
	near := func(got, want time.Duration) bool { return (got - want).Abs() <= (to-from)/20 }
	middle := (from + to) / 2
	if !near(d.Min, from) || !near(d.P50, middle) || !near(d.Mean, middle) || !near(d.Max, to) {
		d.HDR = ""
		t.Errorf("%+v: want it even from %v to %v", d, from, to)
	}
}

// With jitter and little bandwidth the books balance all the same, and nothing is lost.
func TestConformanceOverPresets(t *testing.T) {
	for _, name := range scenario.Transports() {
		for _, preset := range link.Presets() {
			p, err := link.Preset(preset)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range []func(*scenario.Scenario){
				func(s *scenario.Scenario) { s.PayloadBytes, s.Rate = 20_000, 0.5 },
				func(s *scenario.Scenario) { s.KeepAlive = false },
				func(s *scenario.Scenario) {
					s.TLS, s.Resume, s.KeepAlive, s.Duration = true, true, false, 7*time.Second
				},
			} {
				s := small(name)
				s.PollInterval, s.Link = 3*time.Second, p
				change(&s)
				t.Run(fmt.Sprintf("%s/%s/tls %v, keep-alive %v", name, preset, s.TLS, s.KeepAlive), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { conformsOver(t, s, newLaboratory(t).run(s)[0]) })
				})
			}
		}
	}
}

// conformsOver checks what holds over any link.
func conformsOver(t *testing.T, s scenario.Scenario, r result.Trial) {
	t.Helper()
	m := r.Messages
	if *m.Expected == 0 || *m.Expected != m.Delivered || *m.Lost != 0 || m.Duplicated != 0 || m.Reordered != 0 {
		t.Errorf("messages = %+v, lost %d: want all expected ones delivered once and in order", m, *m.Lost)
	}
	if d := r.Server.Books.Difference; d == nil {
		t.Error("the books have no balance")
	} else if *d != 0 {
		t.Errorf("books differ by %d bytes", *d)
	}
	if r.Verdict.State != result.Valid {
		t.Errorf("verdict = %+v", r.Verdict)
	}
	addsUp(t, r.Wire)
	setUp(t, s, r.Wire.Setup.Ledger)
}

// A run that is interrupted leaves nothing behind: neither who waits for a link, nor who carries
// what is on it.
func TestInterruptedOverALink(t *testing.T) {
	for _, name := range scenario.Transports() {
		for _, after := range []time.Duration{150 * time.Millisecond, 10 * time.Second} {
			t.Run(fmt.Sprintf("%s/%s", name, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l, s := newLaboratory(t), small(name)
					s.Link = link.Profile{RTT: 200 * time.Millisecond, Jitter: 50 * time.Millisecond, Up: link.Mbit}
					e := l.engine(s)
					ctx, cancel := context.WithTimeout(t.Context(), after)
					defer cancel()
					if _, err := e.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("interrupted: %v", err)
					}
				})
			})
		}
	}
}
