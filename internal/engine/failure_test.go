package engine_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/engine"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/transport"
)

// A run that is interrupted shows what it has, says that it is not all, and claims no loss and no
// balance: what was still on its way is neither.
func TestInterrupted(t *testing.T) {
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(30*time.Second, cancel)
				began := time.Now()
				r, err := newLaboratory(t).engine(small(name)).Run(ctx)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("err = %v", err)
				}
				if took := time.Since(began); took > 36*time.Second {
					t.Errorf("it took %v to end after 30s", took)
				}
				if r.Complete() || len(r.Trials) != 1 {
					t.Fatalf("%d trials, complete %v: want one that is not", len(r.Trials), r.Complete())
				}
				trial := r.Trials[0]
				if trial.Messages.Lost != nil || trial.Server.Books.Difference != nil {
					t.Error("an interrupted trial claims to know its losses or its balance")
				}
				if got, want := trial.Wire.Window, 30*time.Second-2*time.Second-100*time.Millisecond; got != want {
					t.Errorf("the window was %v long, want %v", got, want)
				}
				if trial.Messages.Delivered < 12*2*25 || trial.Latency.Count != trial.Messages.Delivered {
					t.Errorf("%d delivered, %d latencies", trial.Messages.Delivered, trial.Latency.Count)
				}
				wantReason(t, trial, result.Invalid, "cut short: context canceled")
			})
		})
	}
}

func TestTargetDies(t *testing.T) {
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				l.onLaunch = func(target *engine.Target) { time.AfterFunc(20*time.Second, target.Kill) }
				r, err := l.engine(small(name)).Run(t.Context())
				if err == nil || !strings.Contains(err.Error(), "the target ended in the middle of the trial") {
					t.Errorf("err = %v", err)
				}
				if len(r.Trials) != 1 || r.Trials[0].Complete {
					t.Errorf("%d trials: want one, incomplete", len(r.Trials))
				}
			})
		})
	}
}

// Clients that the target turns away are missing from the figures, and the verdict says so.
func TestTooManyClients(t *testing.T) {
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				l.config.MaxConnections = 8
				s := small(name)
				r, err := l.engine(s).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				trial := r.Trials[0]
				if trial.Clients != (result.Clients{Asked: 12, Connected: 8}) {
					t.Errorf("clients = %+v", trial.Clients)
				}
				if m := trial.Messages; *m.Expected != m.Delivered || *m.Lost != 0 {
					t.Errorf("messages = %+v: those that connected should get everything", m)
				}
				wantReason(t, trial, result.Invalid, "4 of 12 clients did not connect: ")
				wantReason(t, trial, result.Invalid, "503 Service Unavailable: too many connections")
				if d := trial.Server.Books.Difference; d == nil || *d != 0 {
					t.Errorf("books differ by %v: refusals are bytes as well", d)
				}
			})
		})
	}
}

// A target that keeps less than a poll interval's messages makes polls miss some. Nothing is lost
// in silence: the target says how many, and they are missing by sequence number.
func TestMissedMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.config.Retain = 4
		s := small(scenario.ShortPoll)
		s.Topics, s.Rate, s.Duration = 1, 10, 10*time.Second
		r, err := l.engine(s).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		trial := r.Trials[0]
		m := trial.Messages
		if *m.Expected != 12*100 || m.Delivered+*m.Lost != *m.Expected {
			t.Errorf("messages = %+v, lost %d", m, *m.Lost)
		}
		// Of the ten messages between two polls of a client, the last four are still there.
		if *m.Lost < 12*50 || *m.Lost > 12*70 {
			t.Errorf("lost %d of %d, want about six of ten", *m.Lost, *m.Expected)
		}
		wantReason(t, trial, result.Invalid, "messages were lost; the target told readers of")
	})
}

// A server that is none of ours, or answers with errors, is named as what it is, and leaves no
// trial behind.
func TestStrangeTargets(t *testing.T) {
	failing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "out of order", http.StatusInternalServerError)
	})
	for _, test := range []struct {
		name string
		swap func(*testing.T, *laboratory, *engine.Target)
		want string
	}{
		{"nobody at the admin address", func(_ *testing.T, _ *laboratory, e *engine.Target) { e.Stop() }, "connection refused"},
		{"not ours", func(t *testing.T, l *laboratory, e *engine.Target) {
			e.Admin = l.stranger(t, "127.0.0.1:9999", http.NotFoundHandler())
		}, "http://127.0.0.1:9999 is no pollpush target: GET http://127.0.0.1:9999/healthz: 404 Not Found"},
		{"answers 500", func(t *testing.T, l *laboratory, e *engine.Target) {
			l.stranger(t, "127.0.0.1:9998", failing)
			e.Endpoint, _ = transport.ParseEndpoint("http://127.0.0.1:9998")
		}, "no client could subscribe: poll after 0: status 500 Internal Server Error: out of order"},
		{"a certificate that is not trusted", func(_ *testing.T, _ *laboratory, e *engine.Target) {
			e.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
		}, "no client could subscribe: poll after 0: TLS handshake: tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		{"a certificate for another name", func(_ *testing.T, _ *laboratory, e *engine.Target) {
			e.Endpoint.ServerName = "example.com"
		}, "x509: certificate is valid for localhost, not example.com"},
		{"service address is down", func(_ *testing.T, _ *laboratory, e *engine.Target) {
			e.Endpoint, _ = transport.ParseEndpoint("http://127.0.0.1:9997")
		}, "connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				l.config.TLS = strings.Contains(test.name, "certificate")
				l.onLaunch = func(e *engine.Target) {
					e.Exited = nil // as with a target that is not ours to end
					test.swap(t, l, e)
				}
				r, err := l.engine(small(scenario.ShortPoll)).Run(t.Context())
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("err = %v, want %q", err, test.want)
				}
				if len(r.Trials) != 0 {
					t.Errorf("%d trials of nothing", len(r.Trials))
				}
			})
		})
	}
}

// Trials take turns, and the same seed gives every transport the same schedule.
func TestTrialsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(scenario.ShortPoll)
		s.Transports = []scenario.Transport{scenario.WebSocket, scenario.SSE}
		s.Arrivals, s.Duration, s.Trials = scenario.Poisson, 20*time.Second, 2
		trials := newLaboratory(t).run(s)
		var order []string
		for _, r := range trials {
			order = append(order, string(r.Transport))
		}
		if want := []string{"websocket", "sse", "websocket", "sse"}; !slices.Equal(order, want) {
			t.Errorf("order = %v, want %v", order, want)
		}
		if a, b := trials[0].Messages, trials[1].Messages; *a.Published != *b.Published {
			t.Errorf("%d and %d messages published in the same trial", *a.Published, *b.Published)
		}
		if a, b := trials[0].Messages, trials[2].Messages; *a.Published == *b.Published {
			t.Errorf("two trials with %d messages each: they share their schedule", *a.Published)
		}
		for i, r := range trials {
			if want := s.ScheduleHash(i/2 + 1); r.ScheduleHash != want {
				t.Errorf("%s, trial %d: schedule hash %q, want %q", r.Transport, r.Trial, r.ScheduleHash, want)
			}
		}
	})
}

// Between two trials the machine comes to rest, and a run that is interrupted there ends at once.
func TestCoolDown(t *testing.T) {
	s := small(scenario.SSE)
	s.Duration, s.Trials = 5*time.Second, 3
	synctest.Test(t, func(t *testing.T) {
		s.Cooldown = time.Minute
		l := newLaboratory(t)
		var ended time.Time // when the target of the trial before was gone; zero before the first
		var pauses []time.Duration
		l.onLaunch = func(target *engine.Target) {
			if !ended.IsZero() {
				pauses = append(pauses, time.Since(ended))
			}
			stop := target.Stop
			target.Stop = func() { stop(); ended = time.Now() }
		}
		l.run(s)
		if want := []time.Duration{time.Minute, time.Minute}; !slices.Equal(pauses, want) {
			t.Errorf("pauses of %v between three trials, want %v", pauses, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s.Cooldown = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		r, err := newLaboratory(t).engine(s).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || len(r.Trials) != 1 || r.Complete() {
			t.Errorf("interrupted: %v with %d trials", err, len(r.Trials))
		}
	})
}

func wantReason(t *testing.T, r result.Trial, state result.State, part string) {
	t.Helper()
	if r.Verdict.State != state || !strings.Contains(strings.Join(r.Verdict.Reasons, "\n"), part) {
		t.Errorf("verdict = %+v, want %s with a reason that has %q", r.Verdict, state, part)
	}
}

// A server that begins to fail in the middle is quoted: the reader should not have to guess.
func TestFailuresInTheMiddleAreQuoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.config.MaxHold = 2 * time.Second // the first poll, which asks for no wait, is accepted
		s := small(scenario.LongPoll)
		s.Duration = 5 * time.Second
		r, err := l.engine(s).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, r.Trials[0], result.Invalid, "requests failed: poll after 0: status 400 Bad Request: wait=25s is too long: a poll is held for 2s at most")
		if d := r.Trials[0].Server.Books.Difference; d == nil || *d != 0 {
			t.Errorf("books differ by %v: refusals are bytes as well", d)
		}
	})
}
