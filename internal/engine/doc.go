// Package engine runs a scenario: it spawns the virtual clients, walks each trial through its
// phases, counts, and judges. It owns every goroutine that it starts.
package engine
