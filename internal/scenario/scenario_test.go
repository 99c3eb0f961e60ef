package scenario_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pollpush/internal/scenario"
)

func TestDefaultIsValid(t *testing.T) {
	if err := scenario.Default().Validate(); err != nil {
		t.Error(err)
	}
}

// Each refusal names the flag, what was said, and what would do.
func TestValidate(t *testing.T) {
	for _, test := range []struct {
		change func(*scenario.Scenario)
		want   string
	}{
		{func(s *scenario.Scenario) { s.Transports = nil }, "--transports is empty"},
		{func(s *scenario.Scenario) { s.Transports = []scenario.Transport{"carrier-pigeon"} }, `--transports "carrier-pigeon" is unknown: want short-poll, long-poll, sse, websocket`},
		{func(s *scenario.Scenario) { s.Transports = []scenario.Transport{"sse", "sse"} }, "--transports names sse twice"},
		{func(s *scenario.Scenario) { s.Clients = 0 }, "--clients 0: want 1 to 1000000"},
		{func(s *scenario.Scenario) { s.Clients = -5 }, "--clients -5"},
		{func(s *scenario.Scenario) { s.Topics = 0 }, "--topics 0"},
		{func(s *scenario.Scenario) { s.Trials = 0 }, "--trials 0"},
		{func(s *scenario.Scenario) { s.PayloadBytes = 53 }, "--payload 53: a message carries its sequence number and due time, so at least 54 bytes"},
		{func(s *scenario.Scenario) { s.PayloadBytes = 2 << 20 }, "at most 1048576 allowed"},
		{func(s *scenario.Scenario) { s.Rate = 0 }, "--rate 0: want more than 0"},
		{func(s *scenario.Scenario) { s.Rate = -1 }, "--rate -1"},
		{func(s *scenario.Scenario) { s.Rate = nan() }, "--rate NaN"},
		{func(s *scenario.Scenario) { s.Rate, s.Topics = 1000, 1000 }, "publishes 10000000 messages in a trial, at most 2000000"},
		{func(s *scenario.Scenario) { s.Arrivals = "often" }, `--arrivals "often" is unknown: want fixed, poisson or burst`},
		{func(s *scenario.Scenario) { s.Burst = 0 }, "--burst 0: want 1 to 10000"},
		{func(s *scenario.Scenario) { s.Burst = 10_001 }, "--burst 10001"},
		{func(s *scenario.Scenario) { s.PollInterval = 0 }, "--poll-interval 0s: want 1ms to 1h0m0s"},
		{func(s *scenario.Scenario) { s.PollPacing = "x" }, `--poll-pacing "x" is unknown`},
		{func(s *scenario.Scenario) { s.Hold = 2 * time.Minute }, "--hold 2m0s: want 1ms to 1m0s"},
		{func(s *scenario.Scenario) { s.Resume = true }, "--resume is about TLS sessions"},
		{func(s *scenario.Scenario) { s.HTTP = "3" }, `--http "3" is unknown: want 1.1 or 2`},
		{func(s *scenario.Scenario) { s.HTTP = "" }, `--http "" is unknown`},
		{func(s *scenario.Scenario) {
			s.HTTP, s.Transports = scenario.HTTP2, []scenario.Transport{scenario.WebSocket}
		}, "--http 2 is for polls and event streams"},
		{func(s *scenario.Scenario) { s.HTTP, s.KeepAlive = scenario.HTTP2, false }, "--http 2 keeps its connections"},
		{func(s *scenario.Scenario) { s.Deflate = "gzip" }, `--deflate "gzip" is unknown: want off, no-takeover or takeover`},
		{func(s *scenario.Scenario) {
			s.Deflate, s.Transports = scenario.DeflateTakeover, []scenario.Transport{scenario.SSE, scenario.LongPoll}
		}, "--deflate takeover compresses WebSocket messages, and no other transport has it"},
		{func(s *scenario.Scenario) { s.Warmup = -1 }, "--warmup -1ns"},
		{func(s *scenario.Scenario) { s.Duration = 0 }, "--duration 0s"},
	} {
		s := scenario.Default()
		test.change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("err = %v, want %q", err, test.want)
		}
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

// Transports are shown in one order: those that are compared, their mix, and what nobody knows.
func TestRank(t *testing.T) {
	shuffled := []scenario.Transport{"carrier-pigeon", scenario.Mixed, scenario.WebSocket, scenario.LongPoll, scenario.SSE, scenario.ShortPoll}
	slices.SortFunc(shuffled, func(a, b scenario.Transport) int { return a.Rank() - b.Rank() })
	if want := append(scenario.Transports(), scenario.Mixed, "carrier-pigeon"); !slices.Equal(shuffled, want) {
		t.Errorf("%v, want %v", shuffled, want)
	}
}
