package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/link"
	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Variant is the setting of a sweep whose results are variants of one run, by the names of these.
const Variant = "variant"

// Sweep is what results say whose scenarios differ in a setting: figures against that setting.
type Sweep struct {
	Setting    string // a part of the scenario, by its flag, or Variant
	Steps      []Step
	Transports []scenario.Transport // that any step has
	Kinds      []*metric.Kind       // the figures

	sources []Source
}

// Step is one value of the setting. They ascend where values are quantities, and are as they came where they are not.
type Step struct {
	Value string // as it would be typed
	At    float64

	columns map[scenario.Transport]column
}

// sweepFigures are those that are shown where none were chosen.
var sweepFigures = []string{
	"latency.mean", "latency.p99", "wire.bytes_per_message", "wire.ip_bytes_per_message", "wire.requests_per_second", "server.cpu_per_1000",
}

// NewSweep puts results beside each other. The figures are those that matter most where there are none. Several
// results may have the same value, as long as they are of different transports.
func NewSweep(setting string, kinds []*metric.Kind, sources []Source) (Sweep, error) {
	s := Sweep{Setting: setting, Kinds: kinds, sources: sources}
	if kinds == nil {
		s.Kinds, _ = metric.Columns(sweepFigures) // they are there
	}
	if err := s.known(); err != nil {
		return Sweep{}, err
	}
	for _, source := range sources {
		if err := s.take(source); err != nil {
			return Sweep{}, err
		}
	}
	switch {
	case len(s.Steps) == 0:
		return Sweep{}, fmt.Errorf("nothing was measured in these results, so there is nothing to see against %s: run them again", s.name())
	case len(s.Steps) == 1:
		return Sweep{}, fmt.Errorf("%s is %s in all of these results, so there is nothing to see against it: name results in which it differs", s.name(), s.Steps[0].Value)
	}
	slices.SortFunc(s.Transports, func(a, b scenario.Transport) int { return a.Rank() - b.Rank() })
	if s.Quantity() {
		slices.SortStableFunc(s.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	}
	return s, nil
}

// Settings returns the names of what results can differ in.
func Settings() []string {
	names := []string{Variant}
	for _, f := range scenario.Default().Flags() {
		names = append(names, f.Name)
	}
	return names
}

// known refuses a setting that scenarios do not have.
func (s *Sweep) known() error {
	names := Settings()
	if slices.Contains(names, s.Setting) {
		return nil
	}
	if likely, ok := metric.Nearest(s.Setting, names); ok {
		return fmt.Errorf("%.80q is no setting of a scenario: did you mean %s?", s.Setting, likely)
	}
	return fmt.Errorf("%.80q is no setting of a scenario: want one of %s", s.Setting, strings.Join(names, ", "))
}

// take adds a result.
func (s *Sweep) take(source Source) error {
	value := s.value(source.Result)
	if value == "" {
		return fmt.Errorf("%s does not say what %s was: leave it out", source.Name, s.name())
	}
	cs, err := columns(source.Result)
	if err != nil {
		return fmt.Errorf("%s: %w", source.Name, err)
	}
	if len(cs) == 0 {
		return nil
	}
	i := slices.IndexFunc(s.Steps, func(step Step) bool { return step.Value == value })
	if i < 0 {
		i = len(s.Steps)
		s.Steps = append(s.Steps, Step{Value: value, At: s.quantity(value), columns: make(map[scenario.Transport]column)})
	}
	for _, c := range cs {
		if _, taken := s.Steps[i].columns[c.transport]; taken {
			return fmt.Errorf("%s has %s with %s %s, and a result before it has, too: leave one of them out", source.Name, c.transport, s.name(), value)
		}
		s.Steps[i].columns[c.transport] = c
		if !slices.Contains(s.Transports, c.transport) {
			s.Transports = append(s.Transports, c.transport)
		}
	}
	return nil
}

// value is what the setting was in a result.
func (s Sweep) value(r result.Result) string {
	if s.Setting == Variant {
		return r.Variant
	}
	return flagValue(r, s.Setting)
}

// quantity reads a value as a quantity; it is no number where there is none.
func (s Sweep) quantity(value string) float64 {
	switch {
	case s.Setting == Variant, s.Setting == "http": // a version is none
		return math.NaN()
	case value == "0" && (s.Setting == "down" || s.Setting == "up"): // no limit, rather than none of it
		return math.NaN()
	}
	if d, err := time.ParseDuration(value); err == nil {
		return d.Seconds()
	}
	if v, err := strconv.ParseFloat(value, 64); err == nil {
		return v
	}
	if rate, err := link.ParseRate(value); err == nil && rate > 0 {
		return float64(rate)
	}
	return math.NaN()
}

// Quantity reports whether the values are quantities.
func (s Sweep) Quantity() bool {
	return !slices.ContainsFunc(s.Steps, func(step Step) bool { return math.IsNaN(step.At) })
}

// Figure returns a figure of a step in the unit that it is shown in; known is false where it was not measured.
func (s Step) Figure(t scenario.Transport, k *metric.Kind) (v float64, known bool) {
	c, ok := s.columns[t]
	if !ok {
		return 0, false
	}
	return c.figure(k)
}

// Sum returns the trials of a transport, merged.
func (s Step) Sum(t scenario.Transport) (sum result.Trial, ok bool) {
	c, ok := s.columns[t]
	return c.sum, ok
}

// name is what the setting is called in a sentence.
func (s Sweep) name() string {
	if s.Setting == Variant {
		return Variant
	}
	return scenario.FlagName(s.Setting)
}
