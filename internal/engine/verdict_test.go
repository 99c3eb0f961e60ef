package engine

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// Who was late is named, and by how much decides whether the figures are suspect or of no use.
func TestPunctuality(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		name                              string
		transport                         scenario.Transport
		duration                          time.Duration
		pollLag, generatorLag, publishLag time.Duration
		busy                              float64 // of all processors
		want                              result.State
		says                              string
	}{
		{"punctual", scenario.ShortPoll, 10 * second, 100 * time.Millisecond, 50 * time.Millisecond, 50 * time.Millisecond, 0.8, result.Valid, ""},
		{"polls a little late", scenario.ShortPoll, 10 * second, 110 * time.Millisecond, 0, 0, 0, result.Suspect, "1 in 100 polls left 110ms late"},
		{"polls late", scenario.LongPoll, 10 * second, 600 * time.Millisecond, 0, 0, 0, result.Invalid, "1 in 100 polls left 600ms late"},
		{"generator a little late", scenario.SSE, 10 * second, 0, 60 * time.Millisecond, 0, 0, result.Suspect, "the generator was 60ms late"},
		{"generator stopped", scenario.SSE, 10 * second, 0, 900 * time.Millisecond, 0, 0, result.Invalid, "the generator was 900ms late"},
		{"generator busy", scenario.SSE, 10 * second, 0, 0, 0, 0.9, result.Suspect, "the generator used 90 % of all processors"},
		{"publisher a little late", scenario.WebSocket, 10 * second, 0, 0, 100 * time.Millisecond, 0, result.Suspect, "1 in 100 messages was published 100ms late"},
		{"target stopped", scenario.WebSocket, 10 * second, 0, 0, 900 * time.Millisecond, 0, result.Invalid, "1 in 100 messages was published 900ms late"},
		{"short window", scenario.ShortPoll, second + second/2, 0, 0, 0, 0, result.Suspect, "the window is shorter than two poll intervals of 1s"},
		{"short window of what does not poll so", scenario.LongPoll, second + second/2, 0, 0, 0, 0, result.Valid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scenario.Default()
			s.Duration = c.duration
			cpu := time.Duration(c.busy * float64(c.duration) * float64(runtime.GOMAXPROCS(0)))
			judged := findings{
				scenario: s, limits: result.DefaultLimits(), groups: []*group{{transport: c.transport}}, sum: newAccount(s), length: s.Duration,
				generators: []generated{{"the generator", lags(c.generatorLag), lags(c.pollLag)}},
				servers:    []served{{name: "the target", publishLag: lags(c.publishLag)}},
			}
			judged.sum.Process.CPUUser = cpu
			v := verdict{State: result.Valid}
			judged.judgePunctuality(&v)
			if v.State != c.want || !strings.Contains(strings.Join(v.Reasons, "\n"), c.says) || (c.says == "") != (len(v.Reasons) == 0) {
				t.Errorf("%s, %q; want %s and %q", v.State, v.Reasons, c.want, c.says)
			}
			if len(v.Levels) != len(v.Reasons) || len(v.Levels) > 0 && !slices.Contains(v.Levels, v.State) {
				t.Errorf("%s is said at the levels %q of %q", v.State, v.Levels, v.Reasons)
			}
		})
	}
}

// Between two clocks a latency may come out negative by what they may be off, and means little where that
// is much beside it. Within one clock it may not.
func TestJudgeClock(t *testing.T) {
	const ms = time.Millisecond
	within := func(d time.Duration) *result.Clock { return &result.Clock{Offset: time.Hour, Error: d} }
	for _, c := range []struct {
		name    string
		clock   *result.Clock
		latency []time.Duration
		want    result.State
		says    string
	}{
		{"one clock", nil, []time.Duration{0, ms, ms}, result.Valid, ""},
		{"one clock, negative", nil, []time.Duration{-1, ms, ms}, result.Invalid, "1 latencies are negative: the clocks of target and generator disagree"},
		{"fine", within(2 * ms), []time.Duration{9 * ms, 9 * ms, 9 * ms}, result.Valid, ""},
		{"negative within the error", within(2 * ms), []time.Duration{-2 * ms, 9 * ms, 9 * ms}, result.Suspect, "1 latencies are negative, by no more than the clocks of target and generator may be off: they are compared to within 2ms"},
		{"negative beyond it", within(2 * ms), []time.Duration{-2*ms - 1, 9 * ms, 9 * ms}, result.Invalid, "1 latencies are negative: the clocks of target and generator disagree"},
		{"coarse", within(3 * ms), []time.Duration{9 * ms, 9 * ms, 9 * ms}, result.Suspect, "compared to within 3ms, which is much beside a median latency of 9"},
		{"nothing came", within(3 * ms), nil, result.Valid, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := metrics.NewHistogram()
			for _, d := range c.latency {
				h.Record(d)
			}
			v := verdict{State: result.Valid}
			judgeClock(&v, c.clock, h, 0.25)
			if v.State != c.want || !strings.Contains(strings.Join(v.Reasons, "\n"), c.says) || (c.says == "") != (len(v.Reasons) == 0) {
				t.Errorf("%s, %q; want %s and %q", v.State, v.Reasons, c.want, c.says)
			}
			if len(v.Levels) != len(v.Reasons) || len(v.Levels) > 0 && !slices.Contains(v.Levels, v.State) {
				t.Errorf("%s is said at the levels %q of %q", v.State, v.Levels, v.Reasons)
			}
		})
	}
}

// lags is a histogram of one lag.
func lags(d time.Duration) *metrics.Histogram {
	h := metrics.NewHistogram()
	h.Record(d)
	return h
}
