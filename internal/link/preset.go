package link

import (
	"fmt"
	"strings"
	"time"
)

// presets are in the order of their round trips. No source gives a jitter: over radio it is taken to
// be a tenth of the round trip.
var presets = []Profile{
	// Gigabit Ethernet. The round trip is the shortest that timers keep; across one switch it is a
	// tenth of that, to which no link at all comes nearer.
	{Name: "lan", RTT: 2 * time.Millisecond, Down: Gbit, Up: Gbit},
	// "WiFi" as Chrome's developer tools had it: the radio and no way beyond it.
	{Name: "wifi", RTT: 2 * time.Millisecond, Jitter: 200 * time.Microsecond, Down: 30 * Mbit, Up: 15 * Mbit},
	// "4G (9 Mbps, 170ms RTT)" of WebPageTest's connectivity.ini.
	{Name: "4g", RTT: 170 * time.Millisecond, Jitter: 17 * time.Millisecond, Down: 9 * Mbit, Up: 9 * Mbit},
	// "3G (1.6 Mbps/768 Kbps 300ms RTT)", likewise.
	{Name: "3g", RTT: 300 * time.Millisecond, Jitter: 30 * time.Millisecond, Down: 1600 * Kbit, Up: 768 * Kbit},
	// Geostationary: light alone takes 558 ms to the edge of the view and back (RFC 2488 section 2).
	// The rates are those the FCC called broadband in 2015, and operators sold since.
	{Name: "satellite", RTT: 600 * time.Millisecond, Jitter: 60 * time.Millisecond, Down: 25 * Mbit, Up: 3 * Mbit},
}

// Presets returns the names of all presets, the shortest round trip first.
func Presets() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.Name
	}
	return names
}

// Preset returns the profile of a name, or says in words that name the flag which there are.
func Preset(name string) (Profile, error) {
	for _, p := range presets {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("--link %q is unknown: want one of %s", name, strings.Join(Presets(), ", "))
}
