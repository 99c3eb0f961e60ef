package quantumleap

import (
	"context"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Crowd is what was measured with so many clients: each variant's turn, WebSocket's last.
type Crowd struct {
	Clients int `json:"clients"`
	// Problem is why this host cannot have so many; empty when it can.
	Problem string `json:"problem,omitempty"`
	Turns   []Turn `json:"turns"`
}

// Turn is what was measured of a variant.
type Turn struct {
	Variant Variant `json:"variant"`
	// Problem is why nothing was measured; empty when something was.
	Problem string `json:"problem,omitempty"`
	// Figures are nil when no message came.
	Figures *Figures `json:"figures,omitempty"`
	// Result is all that was measured; nil when nothing was.
	Result *result.Result `json:"result,omitempty"`
}

// trial returns the turn's only trial, nil when it came to none.
func (t Turn) trial() *result.Trial {
	if t.Result == nil || len(t.Result.Trials) == 0 {
		return nil
	}
	return &t.Result.Trials[0]
}

// State is what the turn's figures are worth, empty when nothing was measured.
func (t Turn) State() result.State {
	if trial := t.trial(); trial != nil {
		return trial.Verdict.State
	}
	return ""
}

// sound reports whether the turn has figures that may be used.
func (t Turn) sound() bool {
	return t.Figures != nil && (t.State() == result.Valid || t.State() == result.Suspect)
}

// measure measures all variants with so many clients, as far as the host allows it. It returns ctx's
// error when that ended it.
func measure(ctx context.Context, s Settings, b Bench, clients int) (Crowd, error) {
	c := Crowd{Clients: clients, Turns: []Turn{}}
	for _, v := range Variants() {
		what := s.Scenario(v, clients)
		if err := b.Check(what); err != nil {
			c.Problem = err.Error()
			return c, nil
		}
		turn := turnOf(ctx, b, v, what)
		if ctx.Err() == nil || turn.Result != nil {
			c.Turns = append(c.Turns, turn)
		}
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
	}
	c.compare()
	return c, nil
}

func turnOf(ctx context.Context, b Bench, v Variant, what scenario.Scenario) Turn {
	r, err := b.Run(ctx, what)
	if len(r.Trials) > 0 {
		return Turn{Variant: v, Result: &r, Figures: figuresOf(r.Trials[0])} // its verdict has the error
	}
	t := Turn{Variant: v}
	if err != nil {
		t.Problem = err.Error()
	}
	return t
}

// Figures are what a message took, counted in three ways.
type Figures struct {
	// Headers are HTTP headers, which is what the paper counts, and framing where there are none: over
	// WebSocket. Pings are among that, where the window is long enough for one.
	Headers Cost `json:"headers"`
	Sockets Cost `json:"sockets"` // all bytes on the sockets, the messages' own among them
	// Packets are IP packets, acknowledgements included; nil where the kernel does not tell.
	Packets *Cost `json:"packets,omitempty"`
}

// Cost is what crossed in the window, both directions added.
type Cost struct {
	BytesPerMessage float64 `json:"bytes_per_message"`
	BitsPerSecond   float64 `json:"bits_per_second"`
	// TimesWebSocket is how many times what a message over WebSocket took; nil in WebSocket's own
	// figures, and where there is nothing to compare with.
	TimesWebSocket *float64 `json:"times_websocket,omitempty"`
}

// figuresOf returns a trial's figures, nil when no message came in its window.
func figuresOf(t result.Trial) *Figures {
	steady, window := t.Wire.Steady, t.Wire.Window
	if steady.Messages == 0 || window <= 0 {
		return nil
	}
	cost := func(bytes int64) Cost { return costOf(bytes, steady.Messages, window) }
	overhead := steady.Up.Header + steady.Down.Header
	if !t.Transport.Polls() {
		overhead = steady.Up.Framing + steady.Down.Framing
	}
	f := &Figures{Headers: cost(overhead), Sockets: cost(steady.Socket())}
	if p := steady.Packets; p != nil {
		packets := cost(p.Up.IPBytes + p.Down.IPBytes)
		f.Packets = &packets
	}
	return f
}

func costOf(bytes, messages int64, window time.Duration) Cost {
	return Cost{
		BytesPerMessage: float64(bytes) / float64(messages),
		BitsPerSecond:   8 * float64(bytes) / window.Seconds(),
	}
}

// compare sets how many times WebSocket's bytes the polls took, where both have figures that may be used.
func (c *Crowd) compare() {
	pushed := c.Turns[len(c.Turns)-1]
	if !pushed.sound() {
		return
	}
	for _, t := range c.Turns[:len(c.Turns)-1] {
		if t.sound() {
			t.Figures.compare(*pushed.Figures)
		}
	}
}

func (f *Figures) compare(pushed Figures) {
	f.Headers.compare(pushed.Headers)
	f.Sockets.compare(pushed.Sockets)
	if f.Packets != nil && pushed.Packets != nil {
		f.Packets.compare(*pushed.Packets)
	}
}

func (c *Cost) compare(pushed Cost) {
	if pushed.BytesPerMessage == 0 {
		return
	}
	times := c.BytesPerMessage / pushed.BytesPerMessage
	c.TimesWebSocket = &times
}
