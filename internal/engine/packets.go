package engine

import "pollpush/pkg/wire"

// packets samples a trial's packets where its phases meet.
type packets struct {
	counter                 wire.PacketCounter
	ready, start, end, over *wire.Traffic // nil where there is no sample
}

// sample returns the packets so far, nil where the kernel does not tell.
func (p *packets) sample() *wire.Traffic {
	t, ok := p.counter.Sample()
	if !ok {
		return nil
	}
	return &t
}
