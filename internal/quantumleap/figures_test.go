package quantumleap

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// trialOf is a window of two seconds and four messages, with something different everywhere.
func trialOf(name scenario.Transport) result.Trial {
	up, down := wire.Bytes{Payload: 1, Framing: 2, Header: 40, Handshake: 8}, wire.Bytes{Payload: 16, Framing: 32, Header: 400}
	steady := result.Cost{
		Ledger:  wire.Ledger{Messages: 4, Up: up, Down: down},
		Packets: &wire.Traffic{Up: wire.Packets{Segments: 1, IPBytes: 1000}, Down: wire.Packets{Segments: 2, IPBytes: 3000}},
	}
	return result.Trial{Transport: name, Wire: result.Wire{Window: 2 * time.Second, Steady: steady}}
}

// Both directions count, a poll's headers and WebSocket's framing, and bits are eight times bytes.
func TestFigures(t *testing.T) {
	sockets := Cost{BytesPerMessage: 499 / 4.0, BitsPerSecond: 499 * 4}
	packets := Cost{BytesPerMessage: 1000, BitsPerSecond: 16_000}
	for name, headers := range map[scenario.Transport]Cost{
		scenario.ShortPoll: {BytesPerMessage: 110, BitsPerSecond: 1760},
		scenario.WebSocket: {BytesPerMessage: 8.5, BitsPerSecond: 136},
	} {
		want := &Figures{Headers: headers, Sockets: sockets, Packets: &packets}
		if diff := cmp.Diff(want, figuresOf(trialOf(name))); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	none := trialOf(scenario.WebSocket)
	none.Wire.Steady.Messages = 0
	if f := figuresOf(none); f != nil {
		t.Errorf("figures of no message: %+v", f)
	}
	unknown := trialOf(scenario.ShortPoll)
	unknown.Wire.Steady.Packets = nil
	if f := figuresOf(unknown); f.Packets != nil {
		t.Errorf("packets that nobody counted: %+v", f.Packets)
	}
}
