package quantumleap

import (
	"time"

	"pollpush/internal/scenario"
	"pollpush/pkg/feed"
)

// Variant is a way of delivering the workload.
type Variant struct {
	Name      string             `json:"name"`
	Transport scenario.Transport `json:"transport"`
	Headers   string             `json:"headers"` // name of the header profile
	HTTP      scenario.HTTP      `json:"http"`
}

// paperProfile is the header profile of the paper's exchange.
const paperProfile = "lubbers2010"

// Variants returns all variants: polls with few header fields and with many, the paper's own among them,
// and last what they are compared with. What an upgrade carries does not matter once it is made.
func Variants() []Variant {
	return []Variant{
		{"Poll, go", scenario.ShortPoll, "go", scenario.HTTP1},
		{"Poll, chrome", scenario.ShortPoll, "chrome", scenario.HTTP1},
		{"Poll, chrome, HTTP/2", scenario.ShortPoll, "chrome", scenario.HTTP2},
		{"Poll, lubbers2010", scenario.ShortPoll, paperProfile, scenario.HTTP1},
		{"WebSocket", scenario.WebSocket, "go", scenario.HTTP1},
	}
}

// Settings say for how many clients the paper's workload is measured, and for how long. The clients are
// in ascending order, each number once.
type Settings struct {
	Clients          []int
	Warmup, Duration time.Duration
}

// Default returns the settings when nothing else is said: the paper's use cases that one machine can
// have, in windows of five messages.
func Default() Settings {
	return Settings{Clients: []int{1_000, 10_000}, Warmup: time.Second, Duration: 5 * time.Second}
}

// Scenario returns the paper's workload for so many clients: each gets a message a second, and asks for
// it every second if it polls. The paper's message has 21 bytes. Ours says when it was due and which
// it is, and is as short as that allows, so that it fits into the smallest frame, as the paper's does.
func (s Settings) Scenario(v Variant, clients int) scenario.Scenario {
	what := scenario.Default()
	what.Transports = []scenario.Transport{v.Transport}
	what.Clients = clients
	what.Rate, what.PollInterval = 1, time.Second
	what.PayloadBytes = feed.MinPayload
	what.HTTP, what.Headers = v.HTTP, v.Headers
	what.Warmup, what.Duration = s.Warmup, s.Duration
	return what
}
