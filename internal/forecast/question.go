package forecast

import (
	"fmt"
	"slices"
	"time"

	"pollpush/internal/headers"
	"pollpush/internal/model"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Question is what a forecast follows from.
type Question struct {
	// Scenario says nothing of phases, trials and the seed here: nothing is run.
	Scenario  scenario.Scenario
	Headers   headers.Profile // what requests carry, the scenario's cookie included
	RoundTrip time.Duration   // of the link
	Session   time.Duration   // how long a connection lasts that is kept
	Cores     int             // of the server; 0 for those of the result's host, or 1
	From      *Source         // nil where nothing was measured
}

// Source is a result that coefficients are taken from.
type Source struct {
	Name   string // what a person calls it
	Result result.Result
}

// Bounds of what may be asked besides the scenario's own.
const (
	minRate      = 1e-6
	maxRoundTrip = time.Minute
	minSession   = time.Second
	maxSession   = 24 * time.Hour
	maxCores     = 100_000
)

// Validate returns the first thing that cannot be answered, in words that name the flag. It does not look
// into the result.
func (q Question) Validate() error {
	s := q.Scenario
	s.Warmup, s.Duration, s.Trials = 0, time.Millisecond, 1 // whatever they are, they are not run
	if err := s.Validate(); err != nil {
		return err
	}
	switch {
	case !model.Knows(s.Arrivals):
		return fmt.Errorf("--arrivals %s: there are no closed forms for bursts: want %s or %s, or measure it with bench run", s.Arrivals, scenario.Fixed, scenario.Poisson)
	case s.Rate < minRate:
		return fmt.Errorf("--rate %v: want 0.000001 at least, a message in eleven days", s.Rate)
	case q.RoundTrip < 0 || q.RoundTrip > maxRoundTrip:
		return fmt.Errorf("--rtt %s: want 0s to %s", q.RoundTrip, maxRoundTrip)
	case q.Session < minSession || q.Session > maxSession:
		return fmt.Errorf("--session %s: want %s to %s", q.Session, minSession, maxSession)
	case q.Cores < 0 || q.Cores > maxCores:
		return fmt.Errorf("--cores %d: want 1 to %d", q.Cores, maxCores)
	}
	if s.KeepAlive && q.asks(scenario.ShortPoll) && q.Session < s.PollInterval {
		return fmt.Errorf("--session %s is shorter than --poll-interval %s, so no connection would see a second poll: lengthen it, or say --keepalive=false", q.Session, s.PollInterval)
	}
	if q.asks(scenario.LongPoll) && q.Session < s.Hold {
		return fmt.Errorf("--session %s is shorter than --hold %s, so no connection would live to the end of a long poll: lengthen it, or lower --hold", q.Session, s.Hold)
	}
	return nil
}

func (q Question) asks(t scenario.Transport) bool { return slices.Contains(q.Scenario.Transports, t) }

// cores returns how many the server has.
func (q Question) cores() int {
	switch {
	case q.Cores > 0:
		return q.Cores
	case q.From != nil:
		return min(max(1, q.From.Result.Host.CPUs), maxCores)
	}
	return 1
}

// subscribers returns how many clients the topic with the most has.
func (q Question) subscribers() int {
	return (q.Scenario.Clients + q.Scenario.Topics - 1) / q.Scenario.Topics
}

// input returns what the model predicts a transport from. A push's input serves for the short polls that
// it is compared with, too.
func (q Question) input(t scenario.Transport, w model.Wire, e evidence) model.Input {
	in := model.FromScenario(q.Scenario, t, model.Link{OneWay: q.RoundTrip / 2})
	in.Session, in.Wire = q.Session, w
	in.Host = model.Host{Cores: q.cores(), Poll: e.fits[scenario.ShortPoll].each, Write: e.fits[t].each}
	return in
}
