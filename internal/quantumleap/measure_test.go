package quantumleap

import (
	"context"
	"errors"
	"io"
	"log"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pollpush/internal/admin"
	"pollpush/internal/engine"
	"pollpush/internal/headers"
	"pollpush/internal/memnet"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/target"
	"pollpush/pkg/clock"
	"pollpush/pkg/transport"
)

// laboratory is a Bench on a network in memory, for a synctest bubble.
type laboratory struct {
	t       *testing.T
	network memnet.Network
	clock   clock.Clock
	runs    []scenario.Scenario
	// before, if not nil, is called before each run, which fails when it does.
	before func(run int) error
	// most, if not 0, is the largest number of clients that there can be.
	most int
}

func newLaboratory(t *testing.T) *laboratory { return &laboratory{t: t, clock: clock.New()} }

func (l *laboratory) Check(s scenario.Scenario) error {
	if l.most > 0 && s.Clients > l.most {
		return errors.New("too many")
	}
	return s.Validate()
}

func (l *laboratory) Run(ctx context.Context, s scenario.Scenario) (result.Result, error) {
	l.runs = append(l.runs, s)
	if l.before != nil {
		if err := l.before(len(l.runs)); err != nil {
			return result.Result{}, err
		}
	}
	profile, err := headers.Load(s.Headers)
	if err != nil {
		return result.Result{}, err
	}
	config := target.DefaultConfig()
	config.Listen, config.Admin = "127.0.0.1:8080", "127.0.0.1:9090"
	config.ResponseFields = profile.Response
	e := &engine.Engine{
		Scenario: s, Headers: profile, TargetName: "embedded", Dial: l.network.DialContext, Clock: l.clock,
		Launch: func(context.Context) (*engine.Target, error) { return l.launch(config) },
	}
	return e.Run(ctx)
}

func (l *laboratory) launch(config target.Config) (*engine.Target, error) {
	service, err := l.network.Listen(config.Listen)
	if err != nil {
		return nil, err
	}
	control, err := l.network.Listen(config.Admin)
	if err != nil {
		return nil, err
	}
	server, err := target.New(config, l.clock, log.New(io.Discard, "", 0))
	if err != nil {
		return nil, err
	}
	endpoint, err := transport.ParseEndpoint("http://" + config.Listen)
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
	return &engine.Target{Endpoint: endpoint, Admin: client, Exited: exited, Stop: stop, Kill: stop}, nil
}

// brief is over before WebSocket sends a ping.
var brief = Settings{Warmup: time.Second, Duration: 20 * time.Second}

const few = 20

// All variants carry the same workload; WebSocket frames it with 2 bytes a message, and polls take what
// their profiles say.
func TestMeasure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := measure(t.Context(), brief, newLaboratory(t), few)
		if err != nil || c.Problem != "" || !c.sound() {
			t.Fatalf("%v, %+v", err, c)
		}
		perMessage := make(map[string]float64)
		pushed := c.Turns[len(c.Turns)-1].Figures
		for _, turn := range c.Turns {
			f := turn.Figures
			perMessage[turn.Variant.Name] = f.Headers.BytesPerMessage
			if turn.State() != result.Valid {
				t.Errorf("%s is %s: %q", turn.Variant.Name, turn.State(), turn.Result.Trials[0].Verdict.Reasons)
			}
			if want := 8 * few * f.Sockets.BytesPerMessage; math.Abs(f.Sockets.BitsPerSecond-want) > want/20 {
				t.Errorf("%s: %.0f bit/s for %.0f bytes a message", turn.Variant.Name, f.Sockets.BitsPerSecond, f.Sockets.BytesPerMessage)
			}
			if f.Packets != nil {
				t.Errorf("%s: packets on a network that has none: %+v", turn.Variant.Name, f.Packets)
			}
			if turn.Variant.Transport.Polls() {
				times := *f.Headers.TimesWebSocket
				if want := f.Headers.BytesPerMessage / pushed.Headers.BytesPerMessage; times != want || *f.Sockets.TimesWebSocket >= times {
					t.Errorf("%s: headers are %v times WebSocket's, want %v and more than %v", turn.Variant.Name, times, want, *f.Sockets.TimesWebSocket)
				}
			}
		}
		if pushed.Headers.BytesPerMessage != 2 || pushed.Sockets.BytesPerMessage != 56 || pushed.Headers.TimesWebSocket != nil {
			t.Errorf("WebSocket: %+v", pushed)
		}
		if lean, chrome, h2, lubbers := perMessage["Poll, go"], perMessage["Poll, chrome"], perMessage["Poll, chrome, HTTP/2"], perMessage["Poll, lubbers2010"]; lean < 150 || chrome < 2*lean || lubbers < 850 || lubbers > 950 || h2 > chrome/4 {
			t.Errorf("%v", perMessage)
		}
	})
}

// What the host cannot have is not run; what fails does not end the others, and nothing is compared with
// what is not there.
func TestMeasureWhatCanBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaboratory(t)
		l.most = few
		c, err := measure(t.Context(), brief, l, few+1)
		if err != nil || c.Problem != "too many" || len(c.Turns)+len(l.runs) > 0 || c.sound() {
			t.Errorf("%v, %+v after %d runs", err, c, len(l.runs))
		}
		last := len(Variants())
		l.before = func(run int) error {
			if run == 2 || run == last {
				return errors.New("no target")
			}
			return nil
		}
		c, err = measure(t.Context(), brief, l, few)
		if err != nil || len(c.Turns) != last || c.sound() {
			t.Fatalf("%v, %+v", err, c)
		}
		for i, turn := range c.Turns {
			if failed := i == 1 || i == last-1; failed != (turn.Problem == "no target") || failed != (turn.Figures == nil) {
				t.Errorf("%s: %+v", turn.Variant.Name, turn)
			}
			if turn.Figures != nil && turn.Figures.Headers.TimesWebSocket != nil {
				t.Errorf("%s is compared with nothing", turn.Variant.Name)
			}
		}
		if leap := (&Leap{Measured: []Crowd{c}}); !leap.Failed() || leap.Worst() != result.Valid {
			t.Errorf("failed %v, worst %q", leap.Failed(), leap.Worst())
		}
	})
}

// An interrupt ends it; what was measured is there, and what was being measured is invalid.
func TestInterruptedMeasure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := newLaboratory(t)
		l.before = func(run int) error {
			if run == 2 {
				time.AfterFunc(10*time.Second, cancel)
			}
			return nil
		}
		c, err := measure(ctx, brief, l, few)
		if !errors.Is(err, context.Canceled) || len(c.Turns) != 2 || len(l.runs) != 2 {
			t.Fatalf("%v, %d turns in %d runs", err, len(c.Turns), len(l.runs))
		}
		if first, second := c.Turns[0].State(), c.Turns[1].State(); first != result.Valid || second != result.Invalid {
			t.Errorf("the turns are %s and %s", first, second)
		}
	})
}

// Where nothing can be measured, the paper is still replayed, and nothing is made up for its largest
// use case.
func TestRunWithoutMeasuring(t *testing.T) {
	l := newLaboratory(t)
	l.most = 1
	leap, err := Run(t.Context(), Settings{Clients: []int{10, 20}, Duration: time.Second}, l)
	if err != nil {
		t.Fatal(err)
	}
	if !leap.Complete || leap.Failed() || leap.Worst() != "" || leap.Computed != nil || leap.Replay.check() != nil || len(leap.Measured) != 2 {
		t.Errorf("%+v", leap)
	}
	if said := strings.Join(leap.sentences(), "\n"); !strings.Contains(said, "Nothing was measured") {
		t.Error(said)
	}
}
