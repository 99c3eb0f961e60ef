package scenario

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
)

// hashDigits is how many hexadecimal digits of a SHA-256 tell schedules apart.
const hashDigits = 16

// ScheduleHash returns the hash of what trial k does when: all publications, and where each client's polls
// stand in their interval; where there are groups, which of them each client is of, and where there are stages,
// when each is there. Two runs with the same hash had the same schedule.
//
// It is the first 16 hexadecimal digits of a SHA-256, over numbers of 64 bits in big-endian order: how many
// clients there are, the bits of each one's phase (IEEE 754); with groups, the number of each one's; with stages,
// for each how many stays it has, and when they begin and end; and then each arrival's due time in nanoseconds
// and its topic. Two million arrivals take it a tenth of a second.
func (s Scenario) ScheduleHash(trial int) string {
	digest := sha256.New()
	block := make([]byte, 0, 4096)
	add := func(v uint64) {
		if block = binary.BigEndian.AppendUint64(block, v); len(block) == cap(block) {
			_, _ = digest.Write(block) // a hash.Hash never fails
			block = block[:0]
		}
	}
	phases := s.PollOffsets(trial)
	add(uint64(len(phases)))
	for _, phase := range phases {
		add(math.Float64bits(phase))
	}
	if len(s.Groups) > 0 {
		for _, group := range s.Deal(trial) {
			add(uint64(group))
		}
	}
	if len(s.Stages) > 0 {
		for k := range phases {
			stays := s.Stays(k)
			add(uint64(len(stays)))
			for _, stay := range stays {
				add(uint64(stay.From))
				add(uint64(stay.Until))
			}
		}
	}
	for arrival := range s.Schedule(trial).All() {
		add(uint64(arrival.Due))
		add(uint64(arrival.Topic))
	}
	_, _ = digest.Write(block)
	return hex.EncodeToString(digest.Sum(nil))[:hashDigits]
}
