package scenario

import (
	"fmt"
	"strconv"
	"strings"
)

// Flag is a part of a scenario, by the flag that sets it and as it would be typed. A value that the
// result of an older version does not have is empty.
type Flag struct{ Name, Value string }

// Flags returns every part of the scenario.
func (s Scenario) Flags() []Flag {
	return []Flag{
		{"transports", strings.ReplaceAll(list(s.Transports), " ", "")},
		{"clients", strconv.Itoa(s.Clients)},
		{"topics", strconv.Itoa(s.Topics)},
		{"rate", strconv.FormatFloat(s.Rate, 'g', -1, 64)},
		{"arrivals", string(s.Arrivals)},
		{"burst", strconv.Itoa(s.Burst)},
		{"payload", strconv.Itoa(s.PayloadBytes)},
		{"poll-interval", s.PollInterval.String()},
		{"poll-pacing", string(s.PollPacing)},
		{"hold", s.Hold.String()},
		{"keepalive", strconv.FormatBool(s.KeepAlive)},
		{"tls", strconv.FormatBool(s.TLS)},
		{"resume", strconv.FormatBool(s.Resume)},
		{"http", string(s.HTTP)},
		{"deflate", string(s.Deflate)},
		{"headers", s.Headers},
		{"cookie-bytes", strconv.Itoa(s.CookieBytes)},
		{"rtt", s.Link.RTT.String()},
		{"jitter", s.Link.Jitter.String()},
		{"down", s.Link.Down.String()},
		{"up", s.Link.Up.String()},
		{"warmup", s.Warmup.String()},
		{"duration", s.Duration.String()},
		{"cooldown", s.Cooldown.String()},
		{"trials", strconv.Itoa(s.Trials)},
		{"seed", strconv.FormatUint(s.Seed, 10)},
		{"groups", each(s.Groups)},
		{"stages", each(s.Stages)},
	}
}

// None is the value of a part of which there is none.
const None = "none"

// each joins what there is several of.
func each[T fmt.Stringer](all []T) string {
	if len(all) == 0 {
		return None
	}
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = one.String()
	}
	return strings.Join(texts, ", ")
}

// FlagName returns the name of a part of a scenario as it is typed. Groups and stages are no flags, but keys of a
// scenario file.
func FlagName(name string) string {
	if name == "groups" || name == "stages" {
		return name
	}
	return "--" + name
}
