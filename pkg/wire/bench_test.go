package wire_test

import (
	"net"
	"testing"

	"pollpush/pkg/clock"
	"pollpush/pkg/wire"
)

// instant is a connection whose reads and writes take no time: what is left is the meter's own.
type instant struct{ net.Conn }

func (instant) Read(p []byte) (int, error)  { return len(p), nil }
func (instant) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkMeterRead(b *testing.B) {
	m, p := wire.NewMeter(instant{}, clock.New(), new(wire.Totals)), make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Read(p) // it cannot fail
	}
}

func BenchmarkMeterWrite(b *testing.B) {
	m, p := wire.NewMeter(instant{}, clock.New(), new(wire.Totals)), make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Write(p) // it cannot fail
	}
}

func TestMeterDoesNotAllocate(t *testing.T) {
	m, p := wire.NewMeter(instant{}, clock.New(), new(wire.Totals)), make([]byte, 100)
	if n := testing.AllocsPerRun(100, func() { _, _ = m.Read(p); _, _ = m.Write(p) }); n != 0 {
		t.Errorf("%v allocations for a read and a write", n)
	}
}
