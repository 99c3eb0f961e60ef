package scenario

import (
	"iter"
	"math/rand/v2"
	"time"
)

// Schedule says when messages are due. It is a pure function of its fields: every process that has
// them computes the same due times.
type Schedule struct {
	Topics   int           `json:"topics"`
	Rate     float64       `json:"rate"` // messages per second and topic
	Arrivals Arrivals      `json:"arrivals"`
	Burst    int           `json:"burst"`     // messages of each burst, 0 is 1; only Burst arrivals have any
	Length   time.Duration `json:"length_ns"` // nothing is due at or after it
	Seed     uint64        `json:"seed"`
}

// Arrival is one message that is to be published.
type Arrival struct {
	Due   time.Duration // since the schedule's origin
	Topic int
}

// Schedule returns the publications of trial k, counted from 1: through the warm-up and the window.
// It is the same for every transport.
func (s Scenario) Schedule(trial int) Schedule {
	return Schedule{
		Topics:   s.Topics,
		Rate:     s.Rate,
		Arrivals: s.Arrivals,
		Burst:    s.Burst,
		Length:   s.Warmup + s.Duration,
		Seed:     derive(s.Seed, trial, forArrivals),
	}
}

// All returns the arrivals of all topics in the order in which they are due.
//
// Fixed arrivals are 1/rate apart on each topic, and the topics are staggered evenly; the first is half a
// step after the origin, so that the edges of a window lie between two of them and not on one. Poisson
// arrivals are drawn for all topics together, each on a topic drawn uniformly: that is the same as
// an independent process of the given rate on each topic.
//
// Bursts are as fixed arrivals are, with that many messages in place of one, all due at the same instant: on
// each topic they are burst/rate apart.
func (s Schedule) All() iter.Seq[Arrival] {
	switch s.Arrivals {
	case Poisson:
		return s.poisson
	case Burst:
		return s.bursts(max(s.Burst, 1))
	case Fixed:
	}
	return s.bursts(1)
}

// bursts returns bursts of so many messages each, evenly.
func (s Schedule) bursts(messages int) iter.Seq[Arrival] {
	gap := float64(messages) * float64(time.Second) / (s.Rate * float64(s.Topics))
	return func(yield func(Arrival) bool) {
		for i := 0; ; i++ {
			at := (float64(i) + 0.5) * gap // compared as it is: a tiny rate's next message is beyond what a Duration holds
			if !(at < float64(s.Length)) {
				return
			}
			for range messages {
				if !yield(Arrival{Due: time.Duration(at), Topic: i % s.Topics}) {
					return
				}
			}
		}
	}
}

func (s Schedule) poisson(yield func(Arrival) bool) {
	random := rand.New(rand.NewPCG(s.Seed, forArrivals))
	gap := float64(time.Second) / (s.Rate * float64(s.Topics))
	var at float64
	for {
		at += float64(random.ExpFloat64() * gap) // rounded before it is added, on every processor
		if !(at < float64(s.Length)) || !yield(Arrival{Due: time.Duration(at), Topic: random.IntN(s.Topics)}) {
			return
		}
	}
}

// PollOffsets returns where in its interval each client's polls stand in trial k, each from 0 up to 1.
// They are stratified: of a group of n clients, every n-th part of the interval holds one, in an order and at a
// place drawn from the seed. So a run's mean wait is half the interval without the luck of the draw.
func (s Scenario) PollOffsets(trial int) []float64 {
	seed := derive(s.Seed, trial, forPhases)
	random := rand.New(rand.NewPCG(seed, forPhases))
	phases := make([]float64, s.Peak())
	groups := make([][]int, max(1, len(s.Groups)))
	for client, group := range s.Deal(trial) {
		groups[group] = append(groups[group], client)
	}
	for _, members := range groups {
		for i, stratum := range random.Perm(len(members)) {
			phases[members[i]] = (float64(stratum) + random.Float64()) / float64(len(members))
		}
	}
	return phases
}

// What a seed is derived for: arrivals, phases and groups must not share their random numbers.
const (
	forArrivals = 1
	forPhases   = 2
	forGroups   = 3
)

// derive returns the seed of a trial for a purpose, by the finalizer of SplitMix64, so that
// neighbouring seeds and trials have nothing in common.
func derive(seed uint64, trial int, purpose uint64) uint64 {
	z := seed + uint64(trial)*0x9e3779b97f4a7c15 + purpose*0xd1b54a32d192ed03
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
