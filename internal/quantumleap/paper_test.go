package quantumleap

import (
	"slices"
	"testing"
)

// The paper's six cells come out to its own rounding.
func TestPaperTable(t *testing.T) {
	lines := paperTable(Head{Bytes: 909, Characters: 871})
	for i, want := range []struct {
		bits []int64
		mbps []string
	}{
		{[]int64{6_968_000, 69_680_000, 696_800_000}, []string{"6.6", "66", "665"}},
		{[]int64{16_000, 160_000, 1_600_000}, []string{"0.015", "0.153", "1.526"}},
		{[]int64{7_272_000, 72_720_000, 727_200_000}, []string{"6.9", "69", "694"}},
	} {
		var bits []int64
		var mbps []string
		for _, c := range lines[i].Cells {
			bits, mbps = append(bits, c.BitsPerSecond), append(mbps, c.Mbps)
			if printed := i < 2; printed != (c.Paper != "") || !c.Agrees() {
				t.Errorf("%s, %d clients: %q, the paper prints %q", lines[i].What, c.Clients, c.Mbps, c.Paper)
			}
		}
		if !slices.Equal(bits, want.bits) || !slices.Equal(mbps, want.mbps) {
			t.Errorf("%s: %d bit/s, %q Mbps", lines[i].What, bits, mbps)
		}
	}
}

// With another exchange the paper's cells do not come out, and the table says so.
func TestPaperTableOfAnotherExchange(t *testing.T) {
	for _, c := range paperTable(Head{Bytes: 938, Characters: 900})[0].Cells {
		if c.Agrees() {
			t.Errorf("%d clients: 900 bytes a message make %s Mbps, as the paper prints", c.Clients, c.Mbps)
		}
	}
}
