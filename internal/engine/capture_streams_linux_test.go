package engine_test

import (
	"fmt"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/tcpassembly"
)

// stream is one direction of one connection, put together again.
type stream struct {
	direction    *crossed
	whole        bool   // everything came, from the SYN to the FIN
	fin          bool   // a FIN was seen
	end          uint32 // the sequence number after it
	acknowledged bool   // and the other side has it
}

// stream returns the stream from the first port to the second.
func (w *wiretap) stream(ports gopacket.Flow) *stream {
	s := w.streams[ports]
	if s == nil {
		s = &stream{direction: &w.down}
		if ports.Dst() == layers.NewTCPPortEndpoint(w.port) {
			s.direction = &w.up
		}
		w.streams[ports] = s
	}
	return s
}

// follow gives a packet to its stream, and notes what it acknowledges of the other side's.
func (w *wiretap) follow(ip *layers.IPv4, tcp *layers.TCP) {
	ports := tcp.TransportFlow()
	s, other := w.stream(ports), w.stream(ports.Reverse())
	if tcp.FIN {
		s.fin, s.end = true, tcp.Seq+uint32(len(tcp.Payload))+1
	}
	if tcp.ACK && other.fin && int32(tcp.Ack-other.end) >= 0 {
		other.acknowledged = true
	}
	w.assembler.Assemble(ip.NetworkFlow(), tcp)
}

// New implements tcpassembly.StreamFactory.
func (w *wiretap) New(_, ports gopacket.Flow) tcpassembly.Stream { return w.stream(ports) }

// Reassembled implements tcpassembly.Stream. Nothing is ever skipped: what waits for a lost segment
// waits for ever, and the stream is not whole.
func (s *stream) Reassembled(parts []tcpassembly.Reassembly) {
	for _, p := range parts {
		s.direction.streamBytes += int64(len(p.Bytes))
		s.whole = s.whole || (p.End && s.fin)
	}
}

// ReassemblyComplete implements tcpassembly.Stream.
func (s *stream) ReassemblyComplete() {}

// quiet reports whether all connections have ended in order: each stream is whole up to its FIN, and
// that was acknowledged. Then nobody has anything to send.
func (w *wiretap) quiet() bool {
	for _, s := range w.streams {
		if !s.whole || !s.acknowledged {
			return false
		}
	}
	return true
}

// unfinished says what quiet waits for.
func (w *wiretap) unfinished() string {
	var open, unacknowledged int
	for _, s := range w.streams {
		switch {
		case !s.whole:
			open++
		case !s.acknowledged:
			unacknowledged++
		}
	}
	return fmt.Sprintf("of %d streams %d have no FIN and %d have one that was not acknowledged",
		len(w.streams), open, unacknowledged)
}
