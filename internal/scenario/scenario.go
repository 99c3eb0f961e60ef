// Package scenario says what is to be run: the data, what makes it valid, and the schedules that
// follow from its seed. It does no I/O and reads no clock.
package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/link"
	"pollpush/pkg/feed"
)

// Transport names one way of delivering messages.
type Transport string

// The transports, by the names that flags, results and metrics use.
const (
	ShortPoll Transport = "short-poll"
	LongPoll  Transport = "long-poll"
	SSE       Transport = "sse"
	WebSocket Transport = "websocket"
)

// Transports returns all transports in the order in which reports show them.
func Transports() []Transport { return []Transport{ShortPoll, LongPoll, SSE, WebSocket} }

// Rank is the transport's place in the order in which transports are shown: what nobody knows comes last.
func (t Transport) Rank() int {
	order := append(Transports(), Mixed)
	if i := slices.Index(order, t); i >= 0 {
		return i
	}
	return len(order)
}

// Polls reports whether clients ask for messages, rather than being sent them.
func (t Transport) Polls() bool { return t == ShortPoll || t == LongPoll }

// Arrivals says how the due times of a topic's messages follow each other.
type Arrivals string

// The arrival processes.
const (
	Fixed   Arrivals = "fixed"   // evenly, 1/rate apart
	Poisson Arrivals = "poisson" // independently of each other, 1/rate apart on average
	Burst   Arrivals = "burst"   // many at one instant, and bursts evenly, so far apart that the rate holds
)

// AllArrivals returns all arrival processes.
func AllArrivals() []Arrivals { return []Arrivals{Fixed, Poisson, Burst} }

// Pacing says when a short-polling client asks again.
type Pacing string

// The pacings.
const (
	FixedRate  Pacing = "fixed-rate"  // every interval, as setInterval does
	FixedDelay Pacing = "fixed-delay" // an interval after the answer, as setTimeout does
)

// AllPacings returns all pacings.
func AllPacings() []Pacing { return []Pacing{FixedRate, FixedDelay} }

// HTTP is the version of HTTP that polls and event streams go over.
type HTTP string

// The versions. WebSocket begins with an upgrade, which only HTTP/1.1 has.
const (
	HTTP1 HTTP = "1.1"
	HTTP2 HTTP = "2"
)

// AllHTTP returns all versions.
func AllHTTP() []HTTP { return []HTTP{HTTP1, HTTP2} }

// Deflate says whether WebSocket messages are compressed (permessage-deflate, RFC 7692).
type Deflate string

// The ways to compress.
const (
	DeflateOff        Deflate = "off"
	DeflateNoTakeover Deflate = "no-takeover" // each message by itself
	DeflateTakeover   Deflate = "takeover"    // each by what stood in those before it
)

// AllDeflates returns all ways to compress, off among them.
func AllDeflates() []Deflate { return []Deflate{DeflateOff, DeflateNoTakeover, DeflateTakeover} }

// Scenario is everything that decides what a run does. Its JSON is part of every result.
type Scenario struct {
	Transports   []Transport   `json:"transports"`       // what was compared, in this order
	Clients      int           `json:"clients"`          // virtual clients, each with a connection of its own
	Topics       int           `json:"topics"`           // topics; client i follows topic i mod topics
	Rate         float64       `json:"rate"`             // messages per second and topic
	Arrivals     Arrivals      `json:"arrivals"`         // how messages followed each other
	Burst        int           `json:"burst"`            // messages of each burst; other arrivals have none
	PayloadBytes int           `json:"payload_bytes"`    // the length of each message
	PollInterval time.Duration `json:"poll_interval_ns"` // the time between two short polls of a client
	PollPacing   Pacing        `json:"poll_pacing"`      // when a short-polling client asked again
	Hold         time.Duration `json:"hold_ns"`          // how long a long poll asks to be held
	KeepAlive    bool          `json:"keepalive"`        // whether polls keep their connection
	TLS          bool          `json:"tls"`              // whether it went over TLS 1.3
	Resume       bool          `json:"resume"`           // whether TLS sessions are resumed when a client connects again
	HTTP         HTTP          `json:"http"`             // its version, for polls and event streams
	Deflate      Deflate       `json:"deflate"`          // how WebSocket messages were compressed
	Headers      string        `json:"headers"`          // the name of the header profile
	CookieBytes  int           `json:"cookie_bytes"`     // the length of the Cookie field in each request; 0 for none
	Link         link.Profile  `json:"link"`             // what is emulated between client and target
	Warmup       time.Duration `json:"warmup_ns"`        // time before the window, which does not count
	Duration     time.Duration `json:"duration_ns"`      // the window: what falls due in it counts
	Cooldown     time.Duration `json:"cooldown_ns"`      // the pause between two trials
	Trials       int           `json:"trials"`           // how often each transport was measured
	Seed         uint64        `json:"seed"`             // what schedules are drawn from
	// Groups are shares of the clients that differ; none where all are alike.
	Groups []Group `json:"groups,omitempty"`
	// Stages make up the window where clients come and leave; Clients are there from before it. None where
	// they stay.
	Stages []Stage `json:"stages,omitempty"`
}

// Default returns the scenario that is run when nothing else is said.
func Default() Scenario {
	return Scenario{
		Transports:   Transports(),
		Clients:      1000,
		Topics:       1,
		Rate:         1,
		Arrivals:     Fixed,
		Burst:        10,
		PayloadBytes: 128,
		PollInterval: time.Second,
		PollPacing:   FixedRate,
		Hold:         25 * time.Second,
		KeepAlive:    true,
		HTTP:         HTTP1,
		Deflate:      DeflateOff,
		Headers:      "go",
		Warmup:       2 * time.Second,
		Duration:     8 * time.Second,
		Cooldown:     500 * time.Millisecond,
		Trials:       1,
		Seed:         1,
	}
}

// Bounds of what a scenario may ask for. They keep a slip of the finger from filling the memory.
const (
	MaxClients  = 1_000_000
	MaxTopics   = 10_000
	MaxHold     = 60 * time.Second
	MaxInterval = time.Hour
	MaxSpan     = 24 * time.Hour
	MaxTrials   = 1000
	MaxBurst    = 10_000
	MaxMessages = 2_000_000 // published in one trial
)

// Validate returns the first thing about the scenario that cannot be run, in words that name the
// flag.
func (s Scenario) Validate() error {
	for _, check := range []func(Scenario) error{
		checkTransports, checkCounts, checkMessages, checkPolling, checkProtocols, checkLink, checkStages, checkPhases, checkGroups,
	} {
		if err := check(s); err != nil {
			return err
		}
	}
	return nil
}

func checkTransports(s Scenario) error {
	if s.Mixes() {
		if !slices.Equal(s.Transports, []Transport{Mixed}) {
			return errors.New("--transports cannot be given beside groups with transports of their own: leave it out, or leave theirs out")
		}
		return nil
	}
	if len(s.Transports) == 0 {
		return fmt.Errorf("--transports is empty: name one or more of %s", list(Transports()))
	}
	for i, t := range s.Transports {
		if !slices.Contains(Transports(), t) {
			return fmt.Errorf("--transports %q is unknown: want %s", t, list(Transports()))
		}
		if slices.Contains(s.Transports[:i], t) {
			return fmt.Errorf("--transports names %s twice: name each once", t)
		}
	}
	return nil
}

func checkCounts(s Scenario) error {
	if err := first(
		oneTo("--clients", s.Clients, MaxClients),
		oneTo("--topics", s.Topics, MaxTopics),
		oneTo("--trials", s.Trials, MaxTrials),
	); err != nil {
		return err
	}
	if s.Topics > s.Clients {
		return fmt.Errorf("--topics %d: with --clients %d, nobody would follow %d of them", s.Topics, s.Clients, s.Topics-s.Clients)
	}
	return nil
}

func checkMessages(s Scenario) error {
	if s.PayloadBytes < feed.MinPayload || s.PayloadBytes > feed.MaxPayload {
		return fmt.Errorf("--payload %d: a message carries its sequence number and due time, so at least %d bytes are needed and at most %d allowed",
			s.PayloadBytes, feed.MinPayload, feed.MaxPayload)
	}
	if !(s.Rate > 0) || s.Rate > 1e6 {
		return fmt.Errorf("--rate %v: want more than 0 and at most 1000000 messages per second", s.Rate)
	}
	if !slices.Contains(AllArrivals(), s.Arrivals) {
		return fmt.Errorf("--arrivals %q is unknown: want %s, %s or %s", s.Arrivals, Fixed, Poisson, Burst)
	}
	if err := oneTo("--burst", s.Burst, MaxBurst); err != nil {
		return err
	}
	if n := s.Rate * float64(s.Topics) * (s.Warmup + s.Duration).Seconds(); n > MaxMessages {
		return fmt.Errorf("--rate %v on %d topics publishes %.0f messages in a trial, at most %d are kept account of: lower --rate, --topics or --duration",
			s.Rate, s.Topics, n, MaxMessages)
	}
	return nil
}

func checkPolling(s Scenario) error {
	if s.PollPacing != FixedRate && s.PollPacing != FixedDelay {
		return fmt.Errorf("--poll-pacing %q is unknown: want %s or %s", s.PollPacing, FixedRate, FixedDelay)
	}
	return first(
		within("--poll-interval", s.PollInterval, time.Millisecond, MaxInterval),
		within("--hold", s.Hold, time.Millisecond, MaxHold),
	)
}

func checkProtocols(s Scenario) error {
	webSocket := s.Uses(WebSocket)
	only := webSocket && !slices.ContainsFunc(Transports(), func(t Transport) bool { return t != WebSocket && s.Uses(t) })
	switch {
	case s.HTTP != HTTP1 && s.HTTP != HTTP2:
		return fmt.Errorf("--http %q is unknown: want %s or %s", s.HTTP, HTTP1, HTTP2)
	case s.HTTP == HTTP2 && only:
		return errors.New("--http 2 is for polls and event streams, WebSocket is measured over HTTP/1.1: add another of --transports, or leave --http out")
	case s.HTTP == HTTP2 && !s.KeepAlive:
		return errors.New("--http 2 keeps its connections: leave --keepalive=false out, or measure it over HTTP/1.1")
	case s.Deflate != DeflateOff && s.Deflate != DeflateNoTakeover && s.Deflate != DeflateTakeover:
		return fmt.Errorf("--deflate %q is unknown: want %s, %s or %s", s.Deflate, DeflateOff, DeflateNoTakeover, DeflateTakeover)
	case s.Deflate != DeflateOff && !webSocket:
		return fmt.Errorf("--deflate %s compresses WebSocket messages, and no other transport has it: add websocket to --transports, or leave it out", s.Deflate)
	case s.Resume && !s.TLS:
		return errors.New("--resume is about TLS sessions: it goes with --tls, or with a --target of https")
	}
	return nil
}

// OverHTTP2 reports whether a transport goes over HTTP/2.
func (s Scenario) OverHTTP2(t Transport) bool { return s.HTTP == HTTP2 && t != WebSocket }

func checkLink(s Scenario) error { return s.Link.Validate() }

// OneWay returns how long the emulated link takes in one direction, on average.
func (s Scenario) OneWay() time.Duration { return (s.Link.RTT + s.Link.Jitter) / 2 }

// Compresses reports whether a transport's messages are compressed.
func (s Scenario) Compresses(t Transport) bool {
	return t == WebSocket && s.Deflate != DeflateOff && s.Deflate != "" // as in results from before there was any
}

func checkPhases(s Scenario) error {
	return first(
		within("--warmup", s.Warmup, 0, MaxSpan),
		within("--duration", s.Duration, time.Millisecond, MaxSpan),
		within("--cooldown", s.Cooldown, 0, MaxInterval),
	)
}

// plural returns n and a noun in the right number.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func oneTo(flag string, v, most int) error {
	if v < 1 || v > most {
		return fmt.Errorf("%s %d: want 1 to %d", flag, v, most)
	}
	return nil
}

func within(flag string, v, least, most time.Duration) error {
	if v < least || v > most {
		return fmt.Errorf("%s %s: want %s to %s", flag, v, least, most)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// list joins names for an error text.
func list[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
