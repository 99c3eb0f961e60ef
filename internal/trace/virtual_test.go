package trace_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/golden"
	"pollpush/internal/headers"
	"pollpush/internal/memnet"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/internal/trace"
	"pollpush/pkg/clock"
	"pollpush/pkg/feed"
	"pollpush/pkg/transport"
)

// laboratory traces a real target on a network in memory, in a synctest bubble.
type laboratory struct {
	t       *testing.T
	network memnet.Network
	clock   clock.Clock
	skew    time.Duration // by which the target's clock is ahead
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	// onLaunch, if set, is called with the target that starts.
	onLaunch func(*engine.Target)
}

// newLaboratory returns one whose clock reads the same in every bubble, wherever it runs.
func newLaboratory(t *testing.T) *laboratory {
	const origin = 1_000_000 * time.Second
	c := clock.New()
	l := &laboratory{t: t, clock: c.Shifted(origin - time.Duration(c.Now()))}
	l.dial = l.network.DialContext
	return l
}

// trace traces with settings that must go through.
func (l *laboratory) trace(s trace.Settings) *trace.Trace {
	l.t.Helper()
	t, err := l.run(s)
	if err != nil {
		l.t.Fatal(err)
	}
	return t
}

func (l *laboratory) run(s trace.Settings) (*trace.Trace, error) {
	launch := func(context.Context) (*engine.Target, error) { return l.launch(s) }
	profile, err := headers.Load(s.Headers)
	if err != nil {
		return nil, err
	}
	return trace.Run(l.t.Context(), trace.Config{Settings: s, Headers: profile, Launch: launch, Dial: l.dial, Clock: l.clock})
}

func (l *laboratory) launch(s trace.Settings) (*engine.Target, error) {
	config := target.DefaultConfig()
	config.Listen, config.Admin, config.TLS = "127.0.0.1:8080", "127.0.0.1:9090", s.TLS
	config.MaxMessage = feed.MaxPayload
	service, err := l.network.Listen(config.Listen)
	if err != nil {
		return nil, err
	}
	control, err := l.network.Listen(config.Admin)
	if err != nil {
		return nil, err
	}
	server, err := target.New(config, l.clock.Shifted(l.skew), log.New(io.Discard, "", 0))
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	var secure *tls.Config
	if s.TLS {
		scheme = "https://"
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(server.CA())
		secure = &tls.Config{RootCAs: pool}
	}
	endpoint, err := transport.ParseEndpoint(scheme + config.Listen)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		if err := server.Serve(ctx, service, control); err != nil {
			l.t.Errorf("serve: %v", err)
		}
	}()
	client := admin.NewClient("http://"+config.Admin, l.network.DialContext)
	stop := func() { client.Close(); cancel(); <-exited }
	launched := &engine.Target{Endpoint: endpoint, TLS: secure, Admin: client, Exited: exited, Stop: stop, Kill: stop}
	if l.onLaunch != nil {
		l.onLaunch(launched)
	}
	return launched, nil
}

// masks finds what is random of a close frame that a client sends: the masking key, and with it the
// masked code.
var masks = regexp.MustCompile(`(?m)^(       4  framing    )[0-9a-f ]{11}$|^(       2  framing    )[0-9a-f ]{5}(\n +# Unmasked)`)

func unmask(text string) string { return masks.ReplaceAllString(text, "${1}${2}..${3}") }

// The text of each transport, in full. Time and clock are virtual, and the key is always the same;
// only masks are drawn anew each time.
func TestText(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1)
	for _, name := range scenario.Transports() {
		t.Run(string(name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := trace.Default(name)
				s.Messages = 2
				s.KeepAlive = name != scenario.ShortPoll // one of the two shows it off
				got := unmask(render(t, trace.Text, newLaboratory(t).trace(s)))
				golden.Compare(t, string(name)+".txt", got)
				for line := range strings.Lines(got) {
					if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 || strings.HasSuffix(line, " \n") {
						t.Errorf("%d columns, or spaces at the end: %q", n, line)
					}
				}
			})
		})
	}
}

// A target whose clock is another is polled at the same times.
func TestAnotherClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		s := trace.Default(scenario.ShortPoll)
		want := len(l.trace(s).Steps)
		for _, skew := range []time.Duration{-time.Hour, time.Hour} {
			l.skew = skew
			if got := len(l.trace(s).Steps); got != want {
				t.Errorf("%v ahead: %d steps, want %d", skew, got, want)
			}
		}
	})
}

func render(t *testing.T, f trace.Format, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Write(&b, f, tr); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever is traced, the pieces add up to the steps, to the totals and to what the client booked.
func TestPiecesAddUp(t *testing.T) {
	cases := map[string]func(*trace.Settings){
		"100 bytes":         func(*trace.Settings) {},
		"126 bytes":         func(s *trace.Settings) { s.PayloadBytes = 126 },
		"70000 bytes":       func(s *trace.Settings) { s.PayloadBytes = 70_000 },
		"no keep-alive":     func(s *trace.Settings) { s.KeepAlive = false },
		"TLS":               func(s *trace.Settings) { s.TLS = true },
		"TLS, 70000 bytes":  func(s *trace.Settings) { s.TLS, s.PayloadBytes = true, 70_000 },
		"TLS, new each":     func(s *trace.Settings) { s.TLS, s.KeepAlive = true, false },
		"many in an answer": func(s *trace.Settings) { s.Messages, s.Rate = 30, 20 },
		"long enough for pings and comments": func(s *trace.Settings) {
			s.Messages, s.Rate, s.PollInterval, s.Hold = 2, 1.0/45, 20*time.Second, 20*time.Second
		},
	}
	for _, name := range scenario.Transports() {
		for what, change := range cases {
			t.Run(string(name)+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := trace.Default(name)
					change(&s)
					addsUp(t, s, newLaboratory(t).trace(s))
				})
			})
		}
	}
}

func addsUp(t *testing.T, s trace.Settings, tr *trace.Trace) {
	t.Helper()
	if len(tr.Differences) > 0 || tr.Parsed != tr.Booked {
		t.Fatalf("%v\nparsed %+v\nbooked %+v", tr.Differences, tr.Parsed, tr.Booked)
	}
	if tr.Booked.Messages != int64(s.Messages) || tr.Totals.All.Down.Payload != int64(s.Messages*s.PayloadBytes) {
		t.Errorf("%d messages with %d bytes, want %d of %d", tr.Booked.Messages, tr.Totals.All.Down.Payload, s.Messages, s.PayloadBytes)
	}
	var pieces int64
	var last time.Duration
	for _, step := range tr.Steps {
		sum := 0
		for _, p := range step.Pieces {
			sum += p.Bytes
		}
		if sum != step.Bytes || step.At < last {
			t.Errorf("step %d: %d bytes in pieces of %d, at %s after %s", step.Number, step.Bytes, sum, step.At, last)
		}
		last = step.At
		pieces += int64(sum)
	}
	hidden := int64(0)
	if tr.TLS != nil {
		hidden = tr.TLS.LaterUp + tr.TLS.LaterDown + 22*(tr.TLS.RecordsUp+tr.TLS.RecordsDown)
	}
	if pieces+hidden != tr.Booked.Socket() {
		t.Errorf("%d bytes in the steps and %d around them, %d booked", pieces, hidden, tr.Booked.Socket())
	}
	for _, f := range trace.Formats() {
		if strings.Contains(render(t, f, tr), "no complete unit") {
			t.Errorf("%s: something was not understood", f)
		}
	}
	var back trace.Trace
	if err := json.Unmarshal([]byte(render(t, trace.JSON, tr)), &back); err != nil || cmp.Diff(tr.Totals, back.Totals) != "" {
		t.Errorf("JSON: %v", err)
	}
}

// A trace that differs from the ledger says so in every format that is read by people.
func TestADifferenceShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newLaboratory(t).trace(trace.Default(scenario.SSE))
		broken := *tr
		broken.Differences = []string{"framing bytes down: the trace has 65, the client booked 66"}
		for _, f := range []trace.Format{trace.Text, trace.Markdown} {
			if got := render(t, f, &broken); !strings.Contains(got, "THE TRACE AND THE CLIENT'S OWN LEDGER DIFFER") || !strings.Contains(got, "booked 66") {
				t.Errorf("%s does not say so", f)
			}
		}
	})
}

// A target that goes away, one that refuses, and an interrupt are errors with their reason.
func TestFailures(t *testing.T) {
	t.Run("nobody there", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := newLaboratory(t)
			refused := errors.New("refused")
			l.dial = func(context.Context, string, string) (net.Conn, error) { return nil, refused }
			for _, name := range scenario.Transports() {
				if _, err := l.run(trace.Default(name)); !errors.Is(err, refused) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	})
	t.Run("target ends", func(t *testing.T) {
		for _, name := range scenario.Transports() {
			synctest.Test(t, func(t *testing.T) {
				l := newLaboratory(t)
				l.onLaunch = func(launched *engine.Target) { time.AfterFunc(1500*time.Millisecond, launched.Stop) }
				if tr, err := l.run(trace.Default(name)); err == nil {
					t.Errorf("%s: no error, %v", name, tr.Differences)
				}
			})
		}
	})
	t.Run("interrupt", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := newLaboratory(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s := trace.Default(scenario.WebSocket)
			_, err := trace.Run(ctx, trace.Config{
				Settings: s, Dial: l.dial, Clock: l.clock,
				Launch: func(context.Context) (*engine.Target, error) { return l.launch(s) },
			})
			if err == nil || err.Error() != "interrupted" {
				t.Errorf("%v", err)
			}
		})
	})
}

// volatile is what differs between two traces of the same: numbers, what is random, and dates.
var volatile = regexp.MustCompile(`[0-9A-Za-z+/]{22}==|[0-9A-Za-z+/]{27}=|\b[0-9a-f]{40}\b|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} |` +
	"`([0-9a-f]{2} )*[0-9a-f]{2}`|Unmasked: .*\\.|[0-9][0-9,.]*|\"pad\":\"[^\"]*|more bytes … [^\"]*")

func steady(markdown string) string {
	return strings.Join(strings.Fields(volatile.ReplaceAllString(markdown, "~")), " ")
}

// The pages in docs are what the tool says today, apart from what differs each time.
func TestDocs(t *testing.T) {
	for _, name := range []scenario.Transport{scenario.WebSocket, scenario.ShortPoll} {
		synctest.Test(t, func(t *testing.T) {
			page := filepath.Join("..", "..", "docs", "trace-"+string(name)+".md")
			want, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			got := render(t, trace.Markdown, newLaboratory(t).trace(trace.Default(name)))
			if diff := cmp.Diff(steady(string(want)), steady(got)); diff != "" {
				t.Errorf("%s is not what the tool says: make it anew with the command at its top\n%s", page, diff)
			}
		})
	}
}
