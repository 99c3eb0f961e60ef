// Package metric names the figures of a result, so that they can be chosen, compared and held to a
// threshold: TRANSPORT.GROUP.NAME, as websocket.latency.p99.
package metric

import (
	"math"
	"slices"
	"strconv"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Better says in which direction a figure improves.
type Better string

// The directions.
const (
	Less    Better = "less"
	More    Better = "more"
	Neither Better = "neither"
)

// Kind is a figure, whichever transport it is of. Its name is a promise: scripts hold runs to it.
type Kind struct {
	Name    string // GROUP.NAME
	Unit    Unit   // that it is shown in
	Better  Better
	Decides bool   // named beforehand as one that a comparison is decided by
	Meaning string // for the docs
	clocked bool   // only short polling has it: nothing else asks by the clock
	value   func(result.Trial) (v float64, known bool)
}

// Metric is a figure of one transport. It is comparable by its name.
type Metric struct {
	Transport scenario.Transport
	*Kind
}

// Of returns the metrics of some transports, in their order and in that of the table.
func Of(transports []scenario.Transport) []Metric {
	var all []Metric
	for _, t := range transports {
		for i := range kinds {
			if !kinds[i].clocked || t == scenario.ShortPoll {
				all = append(all, Metric{t, &kinds[i]})
			}
		}
	}
	return all
}

// Kinds returns a copy of the table.
func Kinds() []Kind { return slices.Clone(kinds) }

// Clocked reports whether only short polling has it, which alone asks by the clock.
func (k *Kind) Clocked() bool { return k.clocked }

// Name returns the whole name.
func (m Metric) Name() string { return string(m.Transport) + "." + m.Kind.Name }

// Value returns the figure of a trial, or of several that result.Merge took together, in the base of its
// unit: nanoseconds, bytes, or just a number. known is false where the trial does not tell.
func (m Metric) Value(t result.Trial) (v float64, known bool) { return m.value(t) }

// Shown returns a value in the unit that the metric is shown in.
func (k *Kind) Shown(v float64) float64 { return v / k.Unit.size }

// Text returns a value as it is, with its unit: it is not rounded to what a table shows, because a
// threshold may lie closer.
func (k *Kind) Text(v float64) string {
	const parts = 1e6
	text := strconv.FormatFloat(math.Round(k.Shown(v)*parts)/parts, 'f', -1, 64)
	return k.Unit.after(text)
}
