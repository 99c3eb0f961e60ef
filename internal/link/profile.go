package link

import (
	"fmt"
	"time"
)

// Profile is what a link is like. The zero value is no link at all.
type Profile struct {
	// Name is that of a preset, or whatever its user calls it. It has no effect.
	Name string `json:"name,omitempty"`
	// RTT is the round trip, half of it in each direction.
	RTT time.Duration `json:"rtt_ns"`
	// Jitter is the most by which either one-way delay is longer: what is sent at once is late by
	// a time drawn uniformly between 0 and Jitter. So the mean round trip is RTT + Jitter.
	Jitter time.Duration `json:"jitter_ns"`
	// Down is the bandwidth towards the client, for each connection; 0 is no limit.
	Down Rate `json:"down_bit_per_second"`
	// Up is the bandwidth away from the client, likewise.
	Up Rate `json:"up_bit_per_second"`
	// Seed is what the jitter is drawn from. Whoever stores a profile stores its seed elsewhere.
	Seed uint64 `json:"-"`
}

// Bounds of what a profile may ask for.
const (
	// MaxRTT leaves an orderly close, whose round trip is up to three times of it with jitter,
	// enough of wire.CloseTimeout.
	MaxRTT  = time.Second
	MinRate = 10 * Kbit
	MaxRate = 10 * Gbit
)

// Validate returns the first thing about the profile that cannot be emulated, in words that name
// the flag.
func (p Profile) Validate() error {
	switch {
	case p.RTT < 0 || p.RTT > MaxRTT:
		return fmt.Errorf("--rtt %s: want 0s to %s", p.RTT, MaxRTT)
	case p.Jitter < 0:
		return fmt.Errorf("--jitter %s: want 0s to the --rtt of %s", p.Jitter, p.RTT)
	case p.Jitter > p.RTT:
		return fmt.Errorf("--jitter %s is above the --rtt of %s: lower it, or raise --rtt", p.Jitter, p.RTT)
	}
	for _, d := range []struct {
		flag string
		rate Rate
	}{{"--down", p.Down}, {"--up", p.Up}} {
		if d.rate != 0 && (d.rate < MinRate || d.rate > MaxRate) {
			return fmt.Errorf("%s %s: want %s to %s, or 0 for no limit", d.flag, d.rate, MinRate, MaxRate)
		}
	}
	return nil
}

// IsZero reports whether the profile neither delays nor paces anything.
func (p Profile) IsZero() bool {
	return p.RTT == 0 && p.Jitter == 0 && p.Down == 0 && p.Up == 0
}
