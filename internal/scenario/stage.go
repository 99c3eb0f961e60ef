package scenario

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"time"
)

// MaxStages is how many stages a scenario may have.
const MaxStages = 50

// Stage is a part of the window in which clients come or leave, evenly, until there are so many.
type Stage struct {
	For     time.Duration `json:"for_ns"`  // how long it is
	Clients int           `json:"clients"` // how many there are at its end
}

// Stay is when a client is there, from the window's start. One that is there from before the window comes at 0,
// and one that leaves no sooner than the window ends stays to the trial's end.
type Stay struct{ From, Until time.Duration }

func checkStages(s Scenario) error {
	if len(s.Stages) == 0 {
		return nil
	}
	if len(s.Stages) > MaxStages {
		return fmt.Errorf("stages: %d are more than a run may have: leave %d at most", len(s.Stages), MaxStages)
	}
	for i, stage := range s.Stages {
		if err := stage.Validate(); err != nil {
			return fmt.Errorf("stages: stage %d %w", i+1, err)
		}
	}
	if sum := s.StagesLength(); sum > MaxSpan {
		return fmt.Errorf("stages: they are %s together: want %s at most", sum, MaxSpan)
	}
	if s.Duration != s.StagesLength() {
		return errors.New("--duration cannot be given beside stages: the window is as long as they are together")
	}
	return nil
}

// Validate returns what about the stage by itself cannot be, as the end of a sentence that begins with which
// it is.
func (t Stage) Validate() error {
	switch {
	case t.For < time.Millisecond || t.For > MaxSpan:
		return fmt.Errorf("is for %s: want %s to %s", t.For, time.Millisecond, MaxSpan)
	case t.Clients < 0 || t.Clients > MaxClients:
		return fmt.Errorf("has %d clients: want 0 to %d", t.Clients, MaxClients)
	}
	return nil
}

// StagesLength returns how long all stages are together.
func (s Scenario) StagesLength() time.Duration {
	var sum time.Duration
	for _, stage := range s.Stages {
		sum += stage.For
	}
	return sum
}

// Peak returns how many clients there are at most: all that take part.
func (s Scenario) Peak() int {
	most := s.Clients
	for _, stage := range s.Stages {
		most = max(most, stage.Clients)
	}
	return most
}

// Stays returns when client k, counted from 0, is there: while more than k clients are planned. Without stages
// that is all the time.
func (s Scenario) Stays(k int) []Stay {
	var stays []Stay
	var from, at time.Duration
	planned, here := s.Clients, k < s.Clients
	for _, stage := range s.Stages {
		switch comes := k < stage.Clients; {
		case comes && !here:
			from = at + part(stage.For, k-planned, stage.Clients-planned)
			if n := len(stays); n > 0 && stays[n-1].Until == from { // it would leave and come at one instant
				from, stays = stays[n-1].From, stays[:n-1]
			}
		case !comes && here:
			stays = append(stays, Stay{from, at + part(stage.For, planned-k, planned-stage.Clients)})
		}
		planned, here, at = stage.Clients, k < stage.Clients, at+stage.For
	}
	if here {
		stays = append(stays, Stay{from, s.Duration})
	}
	return stays
}

// part returns n of m parts of d, 0 ≤ n ≤ m.
func part(d time.Duration, n, m int) time.Duration {
	high, low := bits.Mul64(uint64(d), uint64(n))
	quotient, _ := bits.Div64(high, low, uint64(m))
	return time.Duration(quotient)
}

// ClientsAt returns how many clients are planned to be there at a time since the window's start.
func (s Scenario) ClientsAt(at time.Duration) int {
	planned := s.Clients
	for _, stage := range s.Stages {
		if at < stage.For {
			slope := float64(stage.Clients-planned) / float64(stage.For)
			return int(math.Ceil(float64(planned) + slope*float64(at)))
		}
		planned, at = stage.Clients, at-stage.For
	}
	return planned
}

// Attendance is how many clients of a group take part in a window.
type Attendance struct {
	Clients int     // that come at any time
	Joins   int     // how often one comes in the window; not those that are there from before it
	Mean    float64 // how many are there on average
}

// Attendance returns that of each group in trial k, or that of all clients where there are no groups.
func (s Scenario) Attendance(trial int) []Attendance {
	groups := make([]Attendance, max(1, len(s.Groups)))
	for k, group := range s.Deal(trial) {
		a := &groups[group]
		a.Clients++
		stays := s.Stays(k)
		a.Joins += len(stays)
		if k < s.Clients {
			a.Joins-- // it was there before
		}
		for _, stay := range stays {
			a.Mean += float64(stay.Until-stay.From) / float64(s.Duration)
		}
	}
	return groups
}

// String returns the stage as Flags shows it.
func (t Stage) String() string { return t.For.String() + " to " + strconv.Itoa(t.Clients) }
