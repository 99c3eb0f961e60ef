package model_test

import (
	"math"
	"strconv"
	"testing"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/scenario"
)

// From how many messages to a poll on polling takes fewer bytes than WebSocket's 2 for each.
func TestMessagesPerPoll(t *testing.T) {
	for _, c := range []struct {
		profile string
		bytes   float64
		want    [3]string // heads, packets, TLS records
	}{
		{"Lubbers & Greco 2010: 716 + 193", 909, [3]string{"454.5", "10.0", "8.7"}},
		{"Chrome 60: 430 + 108", 538, [3]string{"269.0", "6.5", "5.8"}},
		{"Go: 112 + 108", 220, [3]string{"110.0", "3.5", "3.3"}},
		{"HTTP/2: 15 + 30", 45, [3]string{"22.5", "1.9", "1.9"}},
	} {
		for i, depth := range []model.Depth{model.Heads, model.Packets, model.Records} {
			got := model.MessagesPerPoll(c.bytes, 2, depth)
			if text := strconv.FormatFloat(got, 'f', 1, 64); text != c.want[i] {
				t.Errorf("%s, depth %d: %s, want %s", c.profile, depth, text, c.want[i])
			}
		}
	}
}

// bare is an input whose polls have so many bytes of heads, full or not, and whose messages nothing
// around them, so that the quotient of MessagesPerPoll is all there is.
func bare(heads float64, tls bool) model.Input {
	in := plain(scenario.ShortPoll)
	in.TLS, in.PayloadBytes, in.KeepAlive = tls, 100, true
	in.Wire = model.Wire{Request: heads / 2, Message: heads / 2, Nothing: heads / 2, Records: 1, MSS: 1448}
	return in
}

func TestBreakEvenOfBytesIsTheQuotient(t *testing.T) {
	for _, heads := range []float64{909, 538, 220, 45} {
		for depth, cost := range map[model.Depth]model.Measure{
			model.Heads: model.Overhead, model.Packets: model.IPBytes, model.Records: model.IPBytes,
		} {
			in := bare(heads, depth == model.Records)
			want := model.MessagesPerPoll(heads, 2, depth)
			in.Rate = 0.25 // so rare that no answer is longer than a segment
			in.PayloadBytes = 1
			interval, ok := model.BreakEvenInterval(in, scenario.WebSocket, cost)
			if got := in.Rate * interval.Seconds(); !ok || math.Abs(got/want-1) > 1e-6 {
				t.Errorf("%v bytes, depth %d: %.4f messages to a poll, %v; want %.4f", heads, depth, got, ok, want)
			}
			in.Interval = 7 * time.Second
			rate, ok := model.BreakEvenRate(in, scenario.WebSocket, cost)
			if got := rate * in.Interval.Seconds(); !ok || math.Abs(got/want-1) > 1e-6 {
				t.Errorf("%v bytes, depth %d: %.4f messages to a poll at %v/s, %v; want %.4f", heads, depth, got, rate, ok, want)
			}
		}
	}
}

// Against event streams of a target of ours, brackets and comments included: just below the interval
// polling costs more, just above it less.
func TestBreakEvenIsWhereCostsCross(t *testing.T) {
	for _, cost := range []model.Measure{model.Overhead, model.IPBytes, model.CPU} {
		for _, arrivals := range []scenario.Arrivals{scenario.Fixed, scenario.Poisson} {
			in := plain(scenario.ShortPoll)
			in.Arrivals, in.Rate = arrivals, 2
			in.Host = model.Host{Poll: 100 * time.Microsecond, Write: 12 * time.Microsecond}
			interval, ok := model.BreakEvenInterval(in, scenario.SSE, cost)
			if !ok {
				t.Fatalf("%s: no interval", arrivals)
			}
			difference := func(interval time.Duration, rate float64) float64 {
				in.Interval, in.Rate = interval, rate
				in.Transport = scenario.ShortPoll
				poll := cost(model.Predict(in))
				in.Transport = scenario.SSE
				return poll - cost(model.Predict(in))
			}
			if difference(interval*99/100, 2) <= 0 || difference(interval*101/100, 2) >= 0 {
				t.Errorf("%s: costs do not cross at %v", arrivals, interval)
			}
			in.Interval = interval
			rate, ok := model.BreakEvenRate(in, scenario.SSE, cost)
			if !ok || math.Abs(rate/2-1) > 0.01 {
				t.Errorf("%s: at %v the rate is %v, %v; want 2", arrivals, interval, rate, ok)
			}
		}
	}
}

func TestBreakEvenOfCPU(t *testing.T) {
	in := plain(scenario.ShortPoll)
	in.Rate = 4
	in.Host = model.Host{Cores: 2, Poll: 120 * time.Microsecond, Write: 15 * time.Microsecond}
	interval, ok := model.BreakEvenInterval(in, scenario.WebSocket, model.CPU)
	if want := 2 * time.Second; !ok || (interval-want).Abs() > time.Microsecond { // T = c / λw
		t.Errorf("%v, %v; want %v", interval, ok, want)
	}
}

// Long polling needs fewer requests than short polling while λT < a + e^-a, a = λG: a message or more
// to a poll. "About one" holds for a far below 1 only.
func TestBreakEvenOfRequests(t *testing.T) {
	for rate, want := range map[float64]float64{0.1: 0.01 + math.Exp(-0.01), 1: 0.1 + math.Exp(-0.1), 10: 1 + math.Exp(-1), 100: 10 + math.Exp(-10)} {
		in := plain(scenario.LongPoll)
		in.Rate = rate
		interval, ok := model.BreakEvenInterval(in, scenario.LongPoll, model.Requests)
		if got := rate * interval.Seconds(); !ok || math.Abs(got/want-1) > 1e-6 {
			t.Errorf("at %v/s: λT = %.4f, %v; want %.4f", rate, got, ok, want)
		}
		in.Interval = interval
		if back, ok := model.BreakEvenRate(in, scenario.LongPoll, model.Requests); !ok || math.Abs(back/rate-1) > 1e-4 {
			t.Errorf("at %v: λ = %.4f, %v; want %v", interval, back, ok, rate)
		}
	}
	if interval, ok := model.BreakEvenInterval(plain(scenario.ShortPoll), scenario.SSE, model.Requests); ok {
		t.Errorf("polls break even with a push, which makes no request, at %v", interval)
	}
	in := plain(scenario.ShortPoll)
	in.Interval, in.Hold = 2*time.Second, time.Second // short polls are fewer than held ones, whatever comes
	if rate, ok := model.BreakEvenRate(in, scenario.LongPoll, model.Requests); ok {
		t.Errorf("polls every %v and held ones of %v break even at %v/s", in.Interval, in.Hold, rate)
	}
}

// The comma of an array is half a frame's header: with it, twice as many messages are needed.
func TestCommasDoubleTheBreakEvenOfHeads(t *testing.T) {
	in := bare(220, false)
	in.Wire.Element = 1
	interval, ok := model.BreakEvenInterval(in, scenario.WebSocket, model.Overhead)
	if got, want := in.Rate*interval.Seconds(), 2*model.MessagesPerPoll(220, 2, model.Heads); !ok || math.Abs(got/want-1) > 1e-6 {
		t.Errorf("%.4f messages to a poll, %v; want %.4f", got, ok, want)
	}
}
