package forecast_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pollpush/internal/forecast"
	"pollpush/internal/golden"
	"pollpush/internal/headers"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// asked returns the question that the tests ask unless they say otherwise: 1000 clients, a message in ten
// seconds, a poll in five, a round trip of 60 ms.
func asked(t *testing.T, profile string) forecast.Question {
	t.Helper()
	s := scenario.Default()
	s.Rate, s.PollInterval, s.Headers = 0.1, 5*time.Second, profile
	return forecast.Question{Scenario: s, Headers: load(t, profile), RoundTrip: 60 * time.Millisecond, Session: time.Hour}
}

func load(t *testing.T, profile string) headers.Profile {
	t.Helper()
	p, err := headers.Load(profile)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func answer(t *testing.T, q forecast.Question) *forecast.Forecast {
	t.Helper()
	f, err := forecast.New(q)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func column(t *testing.T, f *forecast.Forecast, transport scenario.Transport) forecast.Column {
	t.Helper()
	for _, c := range f.Transports {
		if c.Transport == transport {
			return c
		}
	}
	t.Fatalf("no column for %s", transport)
	return forecast.Column{}
}

// figure is what was computed by hand, and what the forecast has.
type figure struct {
	what      string
	got, want float64
}

func check(t *testing.T, figures []figure) {
	t.Helper()
	for _, f := range figures {
		if math.Abs(f.got-f.want) > 1e-9*math.Abs(f.want) {
			t.Errorf("%s: %v, want %v", f.what, f.got, f.want)
		}
	}
}

// 1000 clients poll every 5 s: 200 requests a second, to which come 100 messages, each in an answer of its
// own, so half the polls are empty. A message waits evenly over 5 s, and takes half a round trip.
func TestShortPollingByHand(t *testing.T) {
	c := column(t, answer(t, asked(t, "go")), scenario.ShortPoll)
	const sessions = 1000. / 3600
	check(t, []figure{
		{"mean", c.Mean.Seconds(), 5./2 + 0.03},
		{"p50", c.P50.Seconds(), 5./2 + 0.03},
		{"p99", c.P99.Seconds(), 0.99*5 + 0.03},
		{"max", c.Max.Seconds(), 5 + 0.03},
		{"requests", c.Requests, 200},
		{"connections", c.Connections, sessions},
		{"empty", c.Polls.Empty, 0.5},
		{"batch", c.Polls.Batch, 1},
		{"header up", c.Up.Header, 8 * 200 * 116},
		{"payload down", c.Down.Payload, 8 * 100 * 128},
		{"framing down", c.Down.Framing, 8 * 100 * 2},                // [ ]
		{"header down", c.Down.Header, 8 * (100*109 + 100*64)},       // 200s and 204s
		{"layers down", c.Down.Socket, 8 * (100*(128+2+109) + 6400)}, // all of them
		// A request and an acknowledgement of the answer; a connection opens and closes with 3 more.
		{"IP up", c.Up.IP, 8 * (200*116 + 52*(200+200+3*sessions) + 8*sessions)},
		{"egress", c.Egress, 30 * 86400 * (100*(128+2+109) + 6400 + 52*(200+4*sessions) + 8*sessions)},
	})
}

// 100 messages a second are pushed in frames with a header of 4 bytes, and each connection pings in 30 s.
func TestWebSocketByHand(t *testing.T) {
	c := column(t, answer(t, asked(t, "go")), scenario.WebSocket)
	check(t, []figure{
		{"mean", c.Mean.Seconds(), 0.03},
		{"max", c.Max.Seconds(), 0.03},
		{"requests", c.Requests, 0},
		{"framing down", c.Down.Framing, 8 * (100*4 + 1000./30*3)},
		{"framing up", c.Up.Framing, 8 * 1000. / 30 * 7},
		{"handshakes up", c.Up.Handshake, 8 * 1000. / 3600 * 227},
		{"handshakes down", c.Down.Handshake, 8 * 1000. / 3600 * 166},
	})
	if c.Polls != nil || c.Server != nil {
		t.Errorf("a push has polls %v, or a server that nobody measured %v", c.Polls, c.Server)
	}
}

// source returns a result of 100 clients: 1000 polls took the server 200 ms, so 200 µs each, and 1000
// messages over WebSocket 20 ms; it had 50 MB, half a megabyte for each client.
func source() *forecast.Source {
	s := scenario.Default()
	r := result.Result{Schema: result.Schema, Scenario: s}
	r.Host.CPUs, r.Host.CPUModel = 2, "Test"
	trial := func(t scenario.Transport, cpu time.Duration) result.Trial {
		l := wire.Ledger{Messages: 1000, Requests: 1000, RequestsWithMessages: 1000, Connections: 100}
		return result.Trial{
			Transport: t, Complete: true, Clients: result.Clients{Asked: 100, Connected: 100},
			Wire:    result.Wire{Window: time.Second, Steady: result.Cost{Ledger: l}, Total: result.Cost{Ledger: l}},
			Server:  result.Server{Process: result.Process{CPUUser: cpu / 2, CPUSystem: cpu / 2, RSS: 50e6}},
			Verdict: result.Verdict{State: result.Valid},
		}
	}
	r.Trials = []result.Trial{trial(scenario.ShortPoll, 200*time.Millisecond), trial(scenario.WebSocket, 20*time.Millisecond)}
	return &forecast.Source{Name: "small.json", Result: r}
}

func TestServerByHand(t *testing.T) {
	q := asked(t, "chrome")
	q.Scenario.Clients, q.From = 1_000_000, source()
	f := answer(t, q)
	short, socket := column(t, f, scenario.ShortPoll).Server, column(t, f, scenario.WebSocket).Server
	check(t, []figure{
		{"cores of the host", float64(f.Cores), 2},
		{"polling: cores", short.Cores, 1e6 / 5 * 200e-6},
		{"polling: clients", short.Capacity, 2 * 5 / 200e-6},
		{"polling: memory", short.Memory, 500e9},
		{"WebSocket: cores", socket.Cores, 1e6 * 0.1 * 20e-6},
		{"WebSocket: clients", socket.Capacity, 2 / (0.1 * 20e-6)},
		{"WebSocket: last write", socket.WriteLast.Seconds(), 1e6 * 20e-6 / 2},
		// Client i of C at a time is done after ceil(i/C) writes: on average (N/C + 1) / 2 of them.
		{"WebSocket: mean write", socket.WriteMean.Seconds(), 20e-6 * (5e5 + 1) / 2},
	})
	if column(t, f, scenario.SSE).Server != nil {
		t.Error("SSE was not measured, and has a server all the same")
	}
	notes := strings.Join(f.Notes, "\n")
	for _, want := range []string{
		"small.json is silent on SSE: it was not measured.", "~ extrapolated from 100 clients in small.json, measured on 2 × Test",
		"Short polling would keep ~40.0 cores busy, and there are 2: its latencies", "Over WebSocket the mean subscriber waits ~5s",
		"The CPU of WebSocket comes of only 20ms measured", "Its requests carried other header fields.",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("nothing says %q:\n%s", want, notes)
		}
	}
}

// Trials are added, those that are invalid or incomplete left out.
func TestOnlyGoodTrialsHaveASay(t *testing.T) {
	q := asked(t, "go")
	q.From = source()
	trials := q.From.Result.Trials
	for _, spoil := range []func(*result.Trial){
		func(t *result.Trial) { t.Verdict.State = result.Invalid },
		func(t *result.Trial) { t.Complete = false },
	} {
		bad := trials[0]
		bad.Server.CPUUser = time.Hour
		spoil(&bad)
		q.From.Result.Trials = append(q.From.Result.Trials, bad)
	}
	again := trials[0]
	again.Server.CPUUser += 200 * time.Millisecond // 200 and 400 ms for 2000 polls
	q.From.Result.Trials = append(q.From.Result.Trials, again)
	if got := column(t, answer(t, q), scenario.ShortPoll).Server.Each; got != 300*time.Microsecond {
		t.Errorf("a poll takes %v, want 300µs", got)
	}
}

// At c a poll and w a push, CPU breaks even at T = c/wλ, and at λ = c/wT.
func TestBreakEvenByHand(t *testing.T) {
	q := asked(t, "go")
	q.From = source()
	for _, b := range answer(t, q).BreakEvens {
		if b.Measure != "server_cpu" {
			continue
		}
		check(t, []figure{
			{"interval", b.Interval.Seconds(), 200 / (20 * 0.1)},
			{"later", b.Later.Seconds(), 100. / 2},
			{"rate", *b.Rate, 200. / (20 * 5)},
		})
		if b.Push != scenario.WebSocket || !b.Extrapolated || len(b.Sentences) != 2 {
			t.Errorf("%+v", b)
		}
		return
	}
	t.Error("no break-even of CPU")
}

// Where there is none, a sentence says why.
func TestNoBreakEven(t *testing.T) {
	for _, c := range []struct {
		rate              float64
		interval, session time.Duration
		want              string
	}{
		{0.001, time.Second, time.Hour, "At this rate no poll interval up to a session's 1h0m0s takes as little as WebSocket in server CPU: even then an answer carries but 3.60 messages"},
		{0.001, 30 * time.Minute, time.Hour, "Polling every 30m0s takes less than WebSocket in bytes in IP packets even where there are no messages"},
		{0.1, time.Second, time.Hour, "In requests, polling and SSE never cost the same"},
	} {
		q := asked(t, "chrome")
		q.Scenario.Rate, q.Scenario.PollInterval, q.Session = c.rate, c.interval, c.session
		q.From = source()
		var all []string
		for _, b := range answer(t, q).BreakEvens {
			all = append(all, b.Sentences...)
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, c.want) {
			t.Errorf("nothing says %q:\n%s", c.want, text)
		}
	}
}

// Bytes of header fields to a delivery, as measured (docs/layers.md): 1 message of 128 bytes to each poll. Over
// HTTP/2 a Go program's are known to a few bytes only, as the date changes with each second; what a
// browser's have more is.
func TestHeadsOfProfiles(t *testing.T) {
	header := func(profile string, transport scenario.Transport, change func(*scenario.Scenario)) float64 {
		q := asked(t, profile)
		q.Scenario.Rate, q.Scenario.PollInterval, q.RoundTrip = 1, time.Second, 0
		change(&q.Scenario)
		c := column(t, answer(t, q), transport)
		return (c.Up.Header + c.Down.Header) / 8 / 1000
	}
	same := func(*scenario.Scenario) {}
	closing := func(s *scenario.Scenario) { s.KeepAlive = false }
	http2 := func(s *scenario.Scenario) { s.HTTP, s.TLS = scenario.HTTP2, true }
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"go", header("go", scenario.ShortPoll, same), 225},
		{"chrome", header("chrome", scenario.ShortPoll, same), 608},
		{"chrome, long", header("chrome", scenario.LongPoll, same), 617},
		{"chrome, TLS", header("chrome", scenario.ShortPoll, func(s *scenario.Scenario) { s.TLS = true }), 609},
		{"chrome, connecting", header("chrome", scenario.ShortPoll, closing), 622},
		{"chrome more than go, HTTP/2", header("chrome", scenario.ShortPoll, http2) - header("go", scenario.ShortPoll, http2), 59.8 - 49.8},
	} {
		if math.Abs(c.got-c.want) > 1 {
			t.Errorf("%s: %.1f bytes, measured %.1f", c.what, c.got, c.want)
		}
	}
}

// A cookie is a field among others over HTTP/1.1; over HTTP/2 it costs a byte once it is known, and all
// of itself each time when the table cannot hold it.
func TestCookies(t *testing.T) {
	bytes := func(cookie int, version scenario.HTTP) float64 {
		q := asked(t, "go")
		q.Scenario.HTTP, q.Scenario.CookieBytes = version, cookie
		var err error
		if q.Headers, err = q.Headers.WithCookie(cookie); err != nil {
			t.Fatal(err)
		}
		return column(t, answer(t, q), scenario.ShortPoll).Up.Header / 8 / 200
	}
	if more := bytes(1000, scenario.HTTP1) - bytes(0, scenario.HTTP1); math.Abs(more-float64(len("Cookie: \r\n")+1000)) > 1e-9 {
		t.Errorf("HTTP/1.1: %v bytes more", more)
	}
	if more := bytes(1000, scenario.HTTP2) - bytes(0, scenario.HTTP2); math.Abs(more-1) > 1e-9 {
		t.Errorf("HTTP/2: %v bytes more, want 1", more)
	}
	if more := bytes(5000, scenario.HTTP2) - bytes(0, scenario.HTTP2); more < 3000 {
		t.Errorf("HTTP/2: %v bytes more for a cookie that no table holds", more)
	}
}

// What was measured with the same fields is preferred: 1000 requests with 130,000 bytes of heads.
func TestMeasuredHeads(t *testing.T) {
	q := asked(t, "go")
	q.From = source()
	q.From.Result.Headers = load(t, "go")
	q.From.Result.Headers.Name = "a file"
	steady := &q.From.Result.Trials[0].Wire.Steady.Ledger
	steady.Up.Header = 130_000
	// 600 answers with messages, whose heads had 120 bytes, and 400 without, which are computed: 64.
	steady.RequestsWithMessages, steady.RequestsEmpty = 600, 400
	steady.Down.Header = 600*120 + 400*64
	q.From.Result.Trials[1].Wire.Total.Up.Handshake = 300 * 100
	f := answer(t, q)
	check(t, []figure{
		{"requests", column(t, f, scenario.ShortPoll).Up.Header, 8 * 200 * 130},
		{"answers", column(t, f, scenario.ShortPoll).Down.Header, 8 * (100*120 + 100*64)},
		{"upgrade", column(t, f, scenario.WebSocket).Up.Handshake, 8 * 1000. / 3600 * 300},
	})
	if want := "Heads and handshakes of short polling and WebSocket are as measured in small.json, those of long polling and SSE computed from header profile go."; f.Notes[1] != want {
		t.Errorf("%q, want %q", f.Notes[1], want)
	}
	// Where most answers were empty, it is they that are learned.
	steady.RequestsWithMessages, steady.RequestsEmpty = 100, 900
	steady.Down.Header = 100*109 + 900*70
	check(t, []figure{{"empty answers", column(t, answer(t, q), scenario.ShortPoll).Down.Header, 8 * (100*109 + 100*70)}})
	// Other fields: nothing of it counts.
	q.From.Result.Headers = load(t, "chrome")
	check(t, []figure{{"requests of another profile", column(t, answer(t, q), scenario.ShortPoll).Up.Header, 8 * 200 * 116}})
}

// Over TLS the ledger has both handshakes of a WebSocket in one sum. What other transports' connections took
// for TLS is taken off; the sum is what was measured.
func TestMeasuredHandshakesOverTLS(t *testing.T) {
	q := asked(t, "go")
	q.Scenario.TLS, q.From = true, source()
	q.From.Result.Scenario.TLS, q.From.Result.Headers = true, q.Headers
	trials := q.From.Result.Trials
	trials[0].Wire.Total.Up.Handshake = 1500 * 100 // 100 connections
	trials[1].Wire.Total.Up.Handshake = 1800 * 100
	f := answer(t, q)
	check(t, []figure{
		{"short polling", column(t, f, scenario.ShortPoll).Up.Handshake, 8 * 1000. / 3600 * 1500},
		{"SSE, which was not measured", column(t, f, scenario.SSE).Up.Handshake, 8 * 1000. / 3600 * 1500},
		{"WebSocket", column(t, f, scenario.WebSocket).Up.Handshake, 8 * 1000. / 3600 * 1800},
	})
}

// An event stream over HTTP/2 is opened by heads and by frames.
func TestMeasuredStreams(t *testing.T) {
	for version, want := range map[scenario.HTTP]float64{scenario.HTTP1: 142, scenario.HTTP2: 142 + 82} {
		q := asked(t, "go")
		q.Scenario.HTTP, q.From = version, source()
		q.From.Result.Scenario.HTTP, q.From.Result.Headers = version, q.Headers
		trial := &q.From.Result.Trials[1]
		trial.Transport = scenario.SSE
		trial.Wire.Setup.Ledger = wire.Ledger{Requests: 100, Up: wire.Bytes{Header: 142 * 100, Framing: 82 * 100}}
		check(t, []figure{{"opening", column(t, answer(t, q), scenario.SSE).Up.Header, 8 * 1000. / 3600 * want}})
	}
}

func TestBadQuestions(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*forecast.Question)
	}{
		{"--rtt -5ms: want 0s to 1m0s", func(q *forecast.Question) { q.RoundTrip = -5 * time.Millisecond }},
		{"--session 0s: want 1s to 24h0m0s", func(q *forecast.Question) { q.Session = 0 }},
		{"--session 2s is shorter than --poll-interval 5s", func(q *forecast.Question) { q.Session = 2 * time.Second }},
		{"--session 6s is shorter than --hold 25s", func(q *forecast.Question) { q.Session = 6 * time.Second }},
		{"--cores -1: want 1 to 100000", func(q *forecast.Question) { q.Cores = -1 }},
		{"--clients 1000001: want 1 to 1000000", func(q *forecast.Question) { q.Scenario.Clients = 1_000_001 }},
		{"--rate 1e-300: want 0.000001 at least", func(q *forecast.Question) { q.Scenario.Rate = 1e-300 }},
		{"--from small.json says nothing of what is asked (short polling: it was measured without TLS; long polling: it was not measured;",
			func(q *forecast.Question) { q.Scenario.TLS = true }},
		{"short polling: it was measured with keep-alive", func(q *forecast.Question) {
			q.Scenario.KeepAlive, q.Scenario.Transports = false, q.Scenario.Transports[:1]
		}},
		{"short polling: it was measured over another version of HTTP", func(q *forecast.Question) {
			q.Scenario.HTTP, q.Scenario.Transports = scenario.HTTP2, q.Scenario.Transports[:1]
		}},
		{"--from small.json is of a scenario with groups or stages", func(q *forecast.Question) {
			q.From.Result.Scenario.Stages = []scenario.Stage{{For: time.Second, Clients: 5}}
		}},
		{"WebSocket: its messages were compressed", func(q *forecast.Question) {
			q.From.Result.Scenario.Deflate, q.From.Result.Trials = scenario.DeflateTakeover, q.From.Result.Trials[1:]
		}},
		{"short polling: no trial is complete and valid", func(q *forecast.Question) {
			for i := range q.From.Result.Trials {
				q.From.Result.Trials[i].Verdict.State = result.Invalid
			}
		}},
		{"WebSocket: no trial is complete and valid", func(q *forecast.Question) {
			for i := range q.From.Result.Trials {
				q.From.Result.Trials[i].Complete = false
			}
		}},
		{"short polling: nothing happened in the window", func(q *forecast.Question) {
			for i := range q.From.Result.Trials {
				q.From.Result.Trials[i].Wire = result.Wire{}
			}
		}},
		{"short polling: its figures are negative", func(q *forecast.Question) {
			for i := range q.From.Result.Trials {
				q.From.Result.Trials[i].Server.CPUUser = -time.Hour
			}
		}},
	} {
		q := asked(t, "go")
		q.From = source()
		c.change(&q)
		if _, err := forecast.New(q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestMapNeedsBothSides(t *testing.T) {
	for _, transports := range [][]scenario.Transport{{scenario.ShortPoll, scenario.LongPoll}, {scenario.WebSocket}} {
		q := asked(t, "go")
		q.Scenario.Transports = transports
		if err := answer(t, q).AddMap(); err == nil {
			t.Errorf("a map of %v", transports)
		}
	}
}

// written returns a forecast as it is shown.
func written(t *testing.T, f *forecast.Forecast, format report.Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// measured is a real run of bench: 50 clients, 2 messages a second.
func measured(t *testing.T) *forecast.Source {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r, err := result.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return &forecast.Source{Name: "run.json", Result: r}
}

func TestGolden(t *testing.T) {
	alone := asked(t, "chrome")
	alone.Scenario.Clients, alone.Scenario.TLS = 1_000_000, true
	from := asked(t, "go")
	from.Scenario.Clients, from.From, from.Cores = 100_000, measured(t), 4
	grid := answer(t, asked(t, "go"))
	if err := grid.AddMap(); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"alone.txt": written(t, answer(t, alone), report.Table),
		"alone.csv": written(t, answer(t, alone), forecast.CSV),
		"from.txt":  written(t, answer(t, from), report.Table),
		"from.md":   written(t, answer(t, from), report.Markdown),
		"from.csv":  written(t, answer(t, from), forecast.CSV),
		"map.txt":   written(t, grid, report.Table),
		"map.csv":   written(t, grid, forecast.CSV),
	} {
		golden.Compare(t, name, got)
	}
}

// Every field of CSV is a number, a name of a transport, or empty: whatever the profile's file and the
// result's are called, no spreadsheet takes one for a formula.
func TestCSV(t *testing.T) {
	q := asked(t, "go")
	q.Scenario.Headers, q.From = "=1+1", source()
	q.From.Name = "@SUM(A1)"
	f := answer(t, q)
	tables := []string{written(t, f, forecast.CSV)}
	if err := f.AddMap(); err != nil {
		t.Fatal(err)
	}
	tables = append(tables, written(t, f, forecast.CSV))
	for i, lines := range []int{1 + 4, 1 + 6*6} {
		rows, err := csv.NewReader(strings.NewReader(tables[i])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != lines {
			t.Errorf("%d lines, want %d", len(rows), lines)
		}
		for _, row := range rows[1:] {
			for j, text := range row {
				v, err := strconv.ParseFloat(text, 64)
				number := err == nil && v >= 0 && !math.IsInf(v, 0)
				if !number && !slices.Contains(scenario.Transports(), scenario.Transport(text)) && text != "" {
					t.Errorf("%s is %q", rows[0][j], text)
				}
			}
		}
	}
}

// Whatever is asked for within the bounds, there is an answer, and it is JSON: no infinity is in it.
func TestExtremes(t *testing.T) {
	for _, rate := range []float64{1e-6, 1, 1e6} {
		for _, interval := range []time.Duration{time.Millisecond, time.Hour} {
			for _, trip := range []time.Duration{0, time.Minute} {
				q := asked(t, "minimal")
				q.Scenario.Rate, q.Scenario.PollInterval, q.RoundTrip, q.From = rate, interval, trip, source()
				f := answer(t, q)
				if err := f.AddMap(); err != nil {
					t.Fatal(err)
				}
				if !json.Valid([]byte(written(t, f, report.JSON))) {
					t.Errorf("%v/s, every %v, %v: no JSON", rate, interval, trip)
				}
				if text := written(t, f, report.Table); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Errorf("%v/s, every %v, %v:\n%s", rate, interval, trip, text)
				}
			}
		}
	}
}
