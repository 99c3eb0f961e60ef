package scenario_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"pollpush/internal/scenario"
)

// Published results name their schedule by its hash. A change of this value is a change of what every seed
// means: results from before it are of other schedules, and the changelog has to say so.
func TestScheduleHashOfTheDefault(t *testing.T) {
	if got, want := scenario.Default().ScheduleHash(1), "ac561f96f8001cbd"; got != want {
		t.Errorf("hash = %s, want %s: the schedules have changed", got, want)
	}
}

// The hash is what its comment says, made in another way.
func TestScheduleHashIsOfItsNumbers(t *testing.T) {
	s := scenario.Default()
	s.Clients, s.Topics, s.Rate, s.Arrivals, s.Duration = 700, 3, 100, scenario.Poisson, 5*time.Second
	var numbers []any
	numbers = append(numbers, uint64(s.Clients), s.PollOffsets(2))
	for a := range s.Schedule(2).All() {
		numbers = append(numbers, int64(a.Due), int64(a.Topic))
	}
	digest := sha256.New()
	for _, n := range numbers {
		if err := binary.Write(digest, binary.BigEndian, n); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.ScheduleHash(2), hex.EncodeToString(digest.Sum(nil))[:16]; got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}

// What decides when something happens is in the hash, and nothing else is.
func TestScheduleHashTellsSchedulesApart(t *testing.T) {
	base := scenario.Default()
	seen := map[string]string{base.ScheduleHash(1): "the default", base.ScheduleHash(2): "another trial"}
	if len(seen) != 2 {
		t.Error("another trial has the same hash")
	}
	for name, change := range map[string]func(*scenario.Scenario){
		"seed":     func(s *scenario.Scenario) { s.Seed++ },
		"rate":     func(s *scenario.Scenario) { s.Rate = 1.5 },
		"clients":  func(s *scenario.Scenario) { s.Clients-- },
		"topics":   func(s *scenario.Scenario) { s.Topics++ },
		"poisson":  func(s *scenario.Scenario) { s.Arrivals = scenario.Poisson },
		"burst":    func(s *scenario.Scenario) { s.Arrivals = scenario.Burst },
		"burst 5":  func(s *scenario.Scenario) { s.Arrivals, s.Burst = scenario.Burst, 5 },
		"duration": func(s *scenario.Scenario) { s.Duration += time.Second },
	} {
		s := base
		change(&s)
		hash := s.ScheduleHash(1)
		if other, ok := seen[hash]; ok {
			t.Errorf("%s: the same hash as %s", name, other)
		}
		seen[hash] = name
	}
	same := base
	same.Transports, same.PayloadBytes, same.PollInterval, same.TLS, same.Trials = nil, 1000, time.Minute, true, 5
	if got, want := same.ScheduleHash(1), base.ScheduleHash(1); got != want {
		t.Error("what is not of the schedule changes its hash")
	}
}

func BenchmarkScheduleHash(b *testing.B) {
	for _, arrivals := range scenario.AllArrivals() {
		s := scenario.Default()
		s.Arrivals, s.Rate = arrivals, scenario.MaxMessages/(s.Warmup+s.Duration).Seconds()
		b.Run(string(arrivals), func(b *testing.B) {
			for b.Loop() {
				s.ScheduleHash(1)
			}
		})
	}
}
