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
	Decides bool                 // named beforehand as one that a comparison is decided by
	Detail  bool                 // a part of another, or computed: a comparison shows it only when it is asked for
	Meaning string               // for the docs
	of      []scenario.Transport // that have it; nil for all
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
			if kinds[i].Has(t) {
				all = append(all, Metric{t, &kinds[i]})
			}
		}
	}
	return all
}

// Kinds returns a copy of the table.
func Kinds() []Kind { return slices.Clone(kinds) }

// Of returns the transports that have it, nil for all of them.
func (k *Kind) Of() []scenario.Transport { return slices.Clone(k.of) }

// Has reports whether a transport has it.
func (k *Kind) Has(t scenario.Transport) bool { return k.of == nil || slices.Contains(k.of, t) }

// ByName returns the figure of a name without a transport, as latency.p99.
func ByName(name string) (k *Kind, ok bool) {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i], true
		}
	}
	return nil, false
}

// Column names the figure with its unit, for the head of a column of numbers: latency.p99_ms.
func (k *Kind) Column() string {
	if k.Unit.Name == "" || k.Unit == perSecond {
		return k.Name // a rate has its unit in its name
	}
	return k.Name + "_" + k.Unit.Name
}

// Name returns the whole name.
func (m Metric) Name() string { return string(m.Transport) + "." + m.Kind.Name }

// Value returns the figure of a trial, or of several that result.Merge took together, in the base of its
// unit: nanoseconds, bytes, or just a number. known is false where the trial does not tell.
func (k *Kind) Value(t result.Trial) (v float64, known bool) { return k.value(t) }

// Shown returns a value in the unit that the metric is shown in.
func (k *Kind) Shown(v float64) float64 { return v / k.Unit.size }

// Figure returns the figure of a name without a transport, as latency.p99, in the unit that it is shown in. It is not known where
// the trial does not tell, or its transport has no such thing.
func Figure(name string, t result.Trial) (v float64, known bool) {
	k, ok := ByName(name)
	if !ok || !k.Has(t.Transport) {
		return 0, false
	}
	v, known = k.Value(t)
	return k.Shown(v), known
}

// Text returns a value as it is, with its unit: it is not rounded to what a table shows, because a
// threshold may lie closer.
func (k *Kind) Text(v float64) string { return k.Unit.after(k.Number(v)) }

// Number is Text without the unit: to the sixth digit after the point, or to six digits where those are all behind it, so that
// what is small is not nothing.
func (k *Kind) Number(v float64) string {
	const digits, parts = 6, 1e6
	shown := k.Shown(v)
	if math.Abs(shown) < 1 {
		shown, _ = strconv.ParseFloat(strconv.FormatFloat(shown, 'g', digits, 64), 64) // what was formatted can be parsed
	} else {
		shown = math.Round(shown*parts) / parts
	}
	return strconv.FormatFloat(shown, 'f', -1, 64)
}
