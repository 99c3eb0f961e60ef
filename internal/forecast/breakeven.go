package forecast

import (
	"fmt"
	"time"

	"pollpush/internal/model"
	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

// BreakEven is where short polling and a push cost the same. What there is none of has no value, and the
// sentences say why.
type BreakEven struct {
	Push    scenario.Transport `json:"push"`
	Measure string             `json:"measure"` // what is compared: requests, socket_bytes, ip_bytes or server_cpu
	// Interval is the poll interval from which on polling is the cheaper one, at the rate that was asked for; nil where there
	// is none.
	Interval *time.Duration `json:"poll_interval_ns"`
	// Later is how much later messages then arrive, on average; nil as the interval is.
	Later *time.Duration `json:"later_on_average_ns"`
	// Rate is the rate of messages on a topic from which on polling is the cheaper one, at the interval that was asked for; nil
	// where there is none.
	Rate *float64 `json:"rate_per_second"`
	// Extrapolated says that it rests on what was measured at another scale.
	Extrapolated bool     `json:"extrapolated,omitempty"`
	Sentences    []string `json:"sentences"` // the same in words
}

// yardstick is what is compared, in words within a sentence and as the model counts it.
type yardstick struct {
	name, what string
	cost       model.Measure
}

var yardsticks = []yardstick{
	{"socket_bytes", "bytes on the sockets", model.Overhead},
	{"ip_bytes", "bytes in IP packets", model.IPBytes},
	{"server_cpu", "server CPU", model.CPU},
}

// breakEvens compares short polling with each push, if it is asked about.
func (f *Forecast) breakEvens() {
	if !f.question.asks(scenario.ShortPoll) {
		return
	}
	for _, push := range []scenario.Transport{scenario.WebSocket, scenario.SSE} {
		if !f.question.asks(push) {
			continue
		}
		f.BreakEvens = append(f.BreakEvens, BreakEven{Push: push, Measure: "requests", Sentences: []string{fmt.Sprintf(
			"In requests, polling and %s never cost the same: once it is open, a push takes none.", report.Name(push))}})
		for _, m := range yardsticks {
			in := f.input(push)
			if m.name == "server_cpu" && (in.Host.Poll == 0 || in.Host.Write == 0) {
				continue
			}
			f.BreakEvens = append(f.BreakEvens, breakEven(in, push, m, f.Session))
		}
	}
}

// breakEven looks for both, intervals up to the length of a session.
func breakEven(in model.Input, push scenario.Transport, m yardstick, session time.Duration) BreakEven {
	b := BreakEven{Push: push, Measure: m.name, Extrapolated: m.name == "server_cpu"}
	interval, ok := model.BreakEvenInterval(in, push, m.cost)
	if ok && interval <= session {
		later := pollEvery(in, interval).Latency.Mean() - model.Predict(in).Latency.Mean()
		b.Interval, b.Later = &interval, &later
		b.Sentences = append(b.Sentences, fmt.Sprintf("Polling every %s takes as much as %s in %s, and delivers %s later on average; more often, it takes more.",
			span(interval), report.Name(push), m.what, span(later)))
	} else {
		b.Sentences = append(b.Sentences, noInterval(in, push, m, session))
	}
	rate, ok := model.BreakEvenRate(in, push, m.cost)
	if ok {
		b.Rate = &rate
		b.Sentences = append(b.Sentences, fmt.Sprintf("Polling every %s takes as much as %s in %s at %s messages a second on a topic; with more messages, it takes less.",
			span(in.Interval), report.Name(push), m.what, number(rate)))
	} else {
		b.Sentences = append(b.Sentences, noRate(in, push, m))
	}
	return b
}

// pollEvery returns what short polling is predicted to be at an interval.
func pollEvery(in model.Input, interval time.Duration) model.Prediction {
	in.Transport, in.Interval = scenario.ShortPoll, interval
	return model.Predict(in)
}

// noInterval says why no interval breaks even: polls are the cheaper ones at any, or at none.
func noInterval(in model.Input, push scenario.Transport, m yardstick, session time.Duration) string {
	rival := m.cost(model.Predict(in))
	if m.cost(pollEvery(in, time.Millisecond)) <= rival {
		return fmt.Sprintf("At this rate no poll interval takes as much as %s in %s: even polling without a pause takes less, as its answers carry so many messages each.",
			report.Name(push), m.what)
	}
	rarest := pollEvery(in, session)
	return fmt.Sprintf("At this rate no poll interval up to a session's %s takes as little as %s in %s: even then an answer carries but %s messages, too few to make up for a poll.",
		span(session), report.Name(push), m.what, number(in.Rate*rarest.Latency.Span.Seconds()))
}

// noRate says why no rate breaks even.
func noRate(in model.Input, push scenario.Transport, m yardstick) string {
	in.Rate = 1e-6
	if m.cost(pollEvery(in, in.Interval)) <= m.cost(model.Predict(in)) {
		return fmt.Sprintf("Polling every %s takes less than %s in %s even where there are no messages, as keeping a push open takes more than so few polls.",
			span(in.Interval), report.Name(push), m.what)
	}
	return fmt.Sprintf("Polling every %s takes more than %s in %s even at a million messages a second on a topic.",
		span(in.Interval), report.Name(push), m.what)
}
