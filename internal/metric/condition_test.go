package metric_test

import (
	"math"
	"strings"
	"testing"

	"pollpush/internal/metric"
)

func TestHolds(t *testing.T) {
	for _, v := range []struct {
		text string
		v    float64 // in the base of the unit
		want bool
	}{
		{"websocket.latency.p99 > 20ms", 20e6, false},
		{"websocket.latency.p99 > 20ms", 20e6 + 1, true},
		{"websocket.latency.p99>=20ms", 20e6, true},
		{"  websocket.latency.p99   <  0.5 s ", 499e6, true},
		{"websocket.latency.p99 <= 500us", 500e3, true},
		{"websocket.latency.p99 <= 500µs", 500e3 + 1, false},
		{"websocket.latency.p99 <= 500μs", 500e3, true},
		{"sse.latency.mean == 100ns", 100, true},
		{"sse.latency.mean > 0", 1, true},
		{"short-poll.messages.lost > 0", 0, false},
		{"short-poll.messages.lost != 0", 3, true},
		{"short-poll.messages.lost != 3", 3, false},
		{"short-poll.wire.requests_per_second < 10/s", 9.5, true},
		{"short-poll.wire.requests_per_second < 10", 9.5, true},
		{"websocket.wire.bytes_per_message == 132", 132, true},
		{"websocket.server.memory > 1.5kB", 1501, true},
		{"websocket.server.memory > 50MB", 49e6, false},
		{"websocket.server.memory >= 1GB", 1e9, true},
		{"websocket.latency.p99 > +10%", 1e18, false}, // of a change, and there is none
		{"websocket.latency.p99 < +10%", 0, false},
	} {
		c, err := metric.Parse(v.text)
		if err != nil {
			t.Errorf("%s: %v", v.text, err)
		} else if got := c.Holds(v.v); got != v.want {
			t.Errorf("%s holds for %v: %v, want %v", c, v.v, got, v.want)
		}
	}
}

func TestHoldsBetween(t *testing.T) {
	for _, v := range []struct {
		text string
		a, b float64
		want bool
	}{
		{"sse.messages.delivered > +10%", 100, 110, false},
		{"sse.messages.delivered >= +10%", 100, 110, true},
		{"sse.messages.delivered >= +35%", 100, 135, true}, // 35 times 0.01 is more than 0.35
		{"sse.messages.delivered < -10 %", 100, 89, true},
		{"sse.messages.delivered < -10%", 100, 90, false},
		{"sse.messages.lost > +10%", 0, 1, true},
		{"sse.messages.lost > +10%", 0, 0, false},
		{"sse.latency.p99 > +5ms", 10e6, 15e6, false},
		{"sse.latency.p99 > +5ms", 10e6, 15e6 + 1, true},
		{"sse.latency.p99 < -5ms", 10e6, 4e6, true},
		{"sse.latency.p99 > 12ms", 10e6, 13e6, true}, // no sign: B alone
		{"sse.latency.p99 > 12ms", 13e6, 10e6, false},
		{"sse.server.memory > +0", 5, 6, true},
	} {
		c, err := metric.Parse(v.text)
		if err != nil {
			t.Errorf("%s: %v", v.text, err)
		} else if got := c.HoldsBetween(v.a, v.b); got != v.want {
			t.Errorf("%s from %v to %v: %v, want %v", c, v.a, v.b, got, v.want)
		}
	}
}

// Each mistake gets a sentence that says what to write instead.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                    "want METRIC OP VALUE, as websocket.latency.p99 > 20ms",
		"websocket.latency.p99":                               "want METRIC OP VALUE",
		"> 20ms":                                              `"" is no metric: want TRANSPORT.GROUP.NAME`,
		"websocket.latency.p98 > 20ms":                        `"websocket.latency.p98" is no metric: did you mean websocket.latency.p9`,
		"webscoket.latency.p99 > 20ms":                        "did you mean websocket.latency.p99?",
		"latency.p99 > 20ms":                                  "did you mean ",
		"carrier pigeons > 20ms":                              "want TRANSPORT.GROUP.NAME, as websocket.latency.p99",
		"sse.poll_lag.p99 > 1ms":                              `"sse.poll_lag.p99" is no metric`,
		"websocket.latency.p99 = 20ms":                        `"= " is no comparison: want one of > >= < <= == !=`,
		"websocket.latency.p99 ! 20ms":                        "is no comparison",
		"websocket.latency.p99 >> 20ms":                       `"> 20ms" is no value: want a time, as 20ms`,
		"websocket.latency.p99 >":                             `"" is no value`,
		"websocket.latency.p99 > ms":                          `"ms" is no value`,
		"websocket.latency.p99 > 20":                          "websocket.latency.p99 is a time: give the value a unit, as 20ms",
		"websocket.latency.p99 > 20MB":                        `"MB" is no unit of websocket.latency.p99, which is a time: write it as 20ms`,
		"websocket.latency.p99 > 20 ms or so":                 `"ms or so" is no unit`,
		"websocket.latency.p99 > 10%":                         "% of what? A change from A to B is written with its sign, as websocket.latency.p99 > +10%",
		"websocket.latency.p99 > +-10%":                       `"+-10%" has more than one sign`,
		"websocket.latency.p99 > 1.2.3ms":                     "is no value",
		"websocket.latency.p99 > 1e3ms":                       `"e3ms" is no unit`,
		"websocket.latency.p99 > NaN":                         "is no value",
		"websocket.latency.p99 > +Inf":                        "is no value",
		"websocket.messages.lost > 3ms":                       `"ms" is no unit of websocket.messages.lost, which is a number: write it as 20`,
		"websocket.messages.lost > 3/s":                       `"/s" is no unit`,
		"websocket.wire.requests_per_second > x":              "want a number per second, as 20/s",
		"websocket.server.memory > 3 mb":                      `"mb" is no unit of websocket.server.memory, which is a number of bytes: write it as 20kB`,
		"sse.latency.max > " + strings.Repeat("9", 305) + "s": "is beyond all that can be measured",
		"sse.latency.max > " + strings.Repeat("9", 400) + "s": "is no value",
	} {
		if _, err := metric.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Whatever is parsed is a condition of a metric that there is, with a value that can be compared; and
// written out it says the same again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"websocket.latency.p99 > 20ms", "sse.latency.p99 > +10%", "short-poll.messages.lost!=0", "sse.server.memory <= -1.5 kB",
		"long-poll.wire.requests_per_second >= 1/s", "x = 1", "sse.latency.mean > 1\t000ms",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := metric.Parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: the sentence %q is no line", text, err)
			}
			return
		}
		if found, err := metric.Find(c.Metric.Name()); err != nil || found != c.Metric {
			t.Errorf("%q is of %v, which there is not", text, c.Metric)
		}
		again, err := metric.Parse(c.String())
		if err != nil {
			t.Fatalf("%q is written out as %q: %v", text, c, err)
		}
		for _, v := range []float64{-1, 0, 1, 20e6, 1e9, math.MaxFloat64} {
			if c.Holds(v) != again.Holds(v) || c.HoldsBetween(3, v) != again.HoldsBetween(3, v) {
				t.Errorf("%q and %q differ for %v", text, again, v)
			}
			if c.OfChange && c.Holds(v) {
				t.Errorf("%q holds without two results", text)
			}
		}
	})
}
