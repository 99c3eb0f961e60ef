package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pollpush/internal/link"
	"pollpush/pkg/wire"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]link.Rate{
		"0": 0, "10mbit": 10 * link.Mbit, "1.5mbit": 1500 * link.Kbit, "768kbit": 768 * link.Kbit,
		"10gbit": 10 * link.Gbit, "0.001kbit": 1, "0kbit": 0,
	} {
		var got link.Rate
		if err := got.Set(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "10", "mbit", "-1mbit", "+1mbit", "1e3mbit", "10MBit", "10 mbit", "1.2.3mbit", "infmbit", "99999999999999999999gbit", "10mbit/s"} {
		r := 5 * link.Mbit
		if err := r.Set(text); err == nil || !strings.Contains(err.Error(), "as in 10mbit") || r != 5*link.Mbit {
			t.Errorf("%q is %v, error %v", text, r, err)
		}
	}
	for _, text := range []string{"0", "1gbit", "1500kbit", "768kbit", "0.001kbit", "10mbit"} {
		if r, err := link.ParseRate(text); err != nil || r.String() != text {
			t.Errorf("%q is shown as %q, %v", text, r, err)
		}
	}
}

func TestValidate(t *testing.T) {
	ms := time.Millisecond
	for _, test := range []struct {
		profile link.Profile
		want    string
	}{
		{link.Profile{}, ""},
		{link.Profile{RTT: 20 * ms, Jitter: 20 * ms, Down: link.MinRate, Up: link.MaxRate}, ""},
		{link.Profile{RTT: -5 * ms}, "--rtt -5ms: want 0s to 1s"},
		{link.Profile{RTT: 1001 * ms}, "--rtt 1.001s: want 0s to 1s"},
		{link.Profile{RTT: 20 * ms, Jitter: -ms}, "--jitter -1ms: want 0s to the --rtt of 20ms"},
		{link.Profile{RTT: 20 * ms, Jitter: 21 * ms}, "--jitter 21ms is above the --rtt of 20ms: lower it, or raise --rtt"},
		{link.Profile{Down: 9999}, "--down 9.999kbit: want 10kbit to 10gbit, or 0 for no limit"},
		{link.Profile{Up: 11 * link.Gbit}, "--up 11gbit: want 10kbit to 10gbit, or 0 for no limit"},
		{link.Profile{Up: -1}, "--up -0.001kbit: want 10kbit to 10gbit, or 0 for no limit"},
	} {
		got := ""
		if err := test.profile.Validate(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v: %q, want %q", test.profile, got, test.want)
		}
	}
}

func TestPresets(t *testing.T) {
	if diff := cmp.Diff([]string{"lan", "wifi", "4g", "3g", "satellite"}, link.Presets()); diff != "" {
		t.Error(diff)
	}
	for _, name := range link.Presets() {
		p, err := link.Preset(name)
		must(t, err)
		must(t, p.Validate())
		if p.Name != name || p.IsZero() {
			t.Errorf("%s is %+v", name, p)
		}
	}
	_, err := link.Preset("5g")
	if want := `--link "5g" is unknown: want one of lan, wifi, 4g, 3g, satellite`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// An orderly close takes a round trip, and jitter can triple it. It must not be taken for a cut.
func TestMaxRTTLeavesTimeToClose(t *testing.T) {
	if worst := 3 * link.MaxRTT; worst > wire.CloseTimeout*2/3 {
		t.Errorf("a round trip takes up to %v, and closing is given up after %v", worst, wire.CloseTimeout)
	}
}
