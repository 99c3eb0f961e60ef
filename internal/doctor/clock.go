package doctor

import (
	"fmt"
	"slices"
	"time"
)

// slowClock is from when on a reading goes through the kernel: one that does not takes 20 to 60 ns.
const slowClock = 300 * time.Nanosecond

// fast are the sources that a process reads by itself, best first.
var fast = []string{"tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"}

// clock: each message and each poll takes several readings of the clock, on both sides.
func (c check) clock() Finding {
	f := Finding{Check: "clock source", Needs: fmt.Sprintf("at most %d ns a reading", slowClock.Nanoseconds())}
	if f = f.has(c.host.ClockSource, c.host.ClockSource != "" || c.host.ClockCost > 0); f.Verdict == Unknown {
		return f
	}
	if f.Has == "" {
		f.Has = "its name is not known"
	}
	f.Has += fmt.Sprintf(", %d ns a reading", c.host.ClockCost.Nanoseconds())
	if c.host.ClockCost <= slowClock {
		return f
	}
	why := fmt.Sprintf("a reading of the clock takes %d ns, several times for each message, and all of it is in the processor time of both sides", c.host.ClockCost.Nanoseconds())
	for _, better := range fast {
		if better != c.host.ClockSource && slices.Contains(c.host.ClockSources, better) {
			return f.warns(why, "use another",
				fmt.Sprintf("echo %s | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource", better))
		}
	}
	return f.warns(why, "measure on a host with a better one: the kernel offers none here", "")
}
