package scenariofile

import "strings"

// Key is one thing that a scenario file can say.
type Key struct {
	// Name is the key in the file, and the name of the flag of bench run that says the same, if one does.
	Name string
	// Field is what both decide, by its name in a result's scenario.
	Field string
	// List is set when the value may be a list.
	List bool
	// Parts is set when the value has keys of its own. Such a key is no flag.
	Parts Parts
}

// Keys returns all keys, in the order in which the flags are shown; those that are no flags come last. What says where a run
// takes place and how it is shown has none: that is no part of a scenario. Variants are no key of this kind: they
// are made of all the others.
func Keys() []Key {
	return []Key{
		{Name: "transports", Field: "transports", List: true},
		{Name: "clients", Field: "clients"},
		{Name: "topics", Field: "topics"},
		{Name: "rate", Field: "rate"},
		{Name: "arrivals", Field: "arrivals"},
		{Name: "burst", Field: "burst"},
		{Name: "payload", Field: "payload_bytes"},
		{Name: "poll-interval", Field: "poll_interval_ns"},
		{Name: "poll-pacing", Field: "poll_pacing"},
		{Name: "hold", Field: "hold_ns"},
		{Name: "keepalive", Field: "keepalive"},
		{Name: "tls", Field: "tls"},
		{Name: "resume", Field: "resume"},
		{Name: "http", Field: "http"},
		{Name: "headers", Field: "headers"},
		{Name: "cookie-bytes", Field: "cookie_bytes"},
		{Name: "deflate", Field: "deflate"},
		{Name: "link", Field: "link"},
		{Name: "rtt", Field: "link"},
		{Name: "jitter", Field: "link"},
		{Name: "down", Field: "link"},
		{Name: "up", Field: "link"},
		{Name: "warmup", Field: "warmup_ns"},
		{Name: "duration", Field: "duration_ns"},
		{Name: "cooldown", Field: "cooldown_ns"},
		{Name: "trials", Field: "trials"},
		{Name: "seed", Field: "seed"},
		{Name: "groups", Field: "groups", Parts: Named},
		{Name: "stages", Field: "stages", Parts: Rows},
	}
}

// find returns the key of a name among those that are known.
func find(name string, known []Key) (key Key, ok bool) {
	for _, key := range known {
		if key.Name == name {
			return key, true
		}
	}
	return Key{}, false
}

// list joins the names of keys for an error text.
func list(keys []Key) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = key.Name
	}
	return strings.Join(names, ", ")
}
