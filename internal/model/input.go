package model

import (
	"time"

	"pollpush/internal/scenario"
)

// Link is the path between client and server.
type Link struct {
	OneWay time.Duration // d
}

// RoundTrip returns R.
func (l Link) RoundTrip() time.Duration { return 2 * l.OneWay }

// Input is all that a prediction follows from. Durations are from 0 to a day, Rate from 0 to 1e6;
// what lies outside is not looked into. Arrivals are those that it Knows.
type Input struct {
	Transport scenario.Transport
	Link      Link
	// Rate is λ. A run is compared at the rate that came about, not at the one that was asked for: that
	// of a Poisson process scatters, and the model should not be blamed for it.
	Rate         float64
	Arrivals     scenario.Arrivals
	PayloadBytes int

	Interval  time.Duration // T, more than 0; of short polling
	Pacing    scenario.Pacing
	Hold      time.Duration // H; 0 means that a long poll is held until there is something
	KeepAlive bool          // of polls; event streams and WebSocket keep their connection anyway
	TLS       bool

	Answer     time.Duration // s
	Parse      time.Duration // p
	Turnaround time.Duration // δ
	// Session is how long a connection that is kept lasts until it is made anew; 0 means for ever.
	Session time.Duration

	// Locked says that nothing disturbs a long-polling client's place between evenly spaced messages,
	// as in virtual time. On a real path its jitter adds up, and any place is as likely as any other.
	Locked bool

	Wire Wire
	Host Host
}

// FromScenario returns the input for a transport of a scenario over a link, at the rate that the
// scenario asks for, with the bytes of GoWire, on a server that takes no time. The caller refines it.
func FromScenario(s scenario.Scenario, t scenario.Transport, l Link) Input {
	return Input{
		Transport: t, Link: l,
		Rate: s.Rate, Arrivals: s.Arrivals, PayloadBytes: s.PayloadBytes,
		Interval: s.PollInterval, Pacing: s.PollPacing, Hold: s.Hold,
		KeepAlive: s.KeepAlive, TLS: s.TLS,
		Wire: GoWire(s),
	}
}

// connect returns h. A resumed TLS session spares bytes and work, but no round trip.
func (in Input) connect() time.Duration {
	switch {
	case in.KeepAlive:
		return 0
	case in.TLS:
		return 2 * in.Link.RoundTrip()
	}
	return in.Link.RoundTrip()
}

// base returns s + d, which no message is spared.
func (in Input) base() time.Duration { return in.Answer + in.Link.OneWay }

// gap returns G: from the reading of the log for one answer to the soonest reading for the next. In
// it, a message can only wait. The server's own time is part of it: what is published while an answer
// is being written is not in that answer.
func (in Input) gap() time.Duration {
	return in.Answer + in.Link.RoundTrip() + in.Turnaround + in.connect() + in.Parse
}

// Knows reports whether there are laws for an arrival process. There are none for bursts: what of a burst an answer
// carries depends on how far the server got in publishing it.
func Knows(a scenario.Arrivals) bool { return a != scenario.Burst }

// spaced reports whether messages are evenly spaced. Where there are none, it makes no difference
// how they are not spaced, and the forms for Poisson arrivals have the limit.
func (in Input) spaced() bool { return in.Arrivals == scenario.Fixed && in.Rate > 0 }
