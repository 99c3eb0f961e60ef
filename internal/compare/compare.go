// Package compare puts two results side by side and says which of their differences chance would not
// make. It counts trials and not messages: messages of one trial share its luck.
package compare

import (
	"fmt"
	"slices"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Schema names the form of the JSON.
const Schema = "pollpush/compare/v1"

// Side is one of the two results.
type Side struct {
	Name   string // the file it came from
	Result result.Result
}

// Comparison is what two results say together.
type Comparison struct {
	Schema string `json:"schema"` // the document's form, and the version of it
	A      Origin `json:"a"`
	B      Origin `json:"b"`
	// Differences are those of the scenarios; only a comparison that was forced has any.
	Differences []Difference `json:"scenario_differences"`
	Figures     []Figure     `json:"figures"` // every metric of the transports that both results have
	Latency     []Spread     `json:"latency"` // the distributions of these transports
	Notes       []string     `json:"notes"`   // what to know before anything is concluded, in sentences
}

// Figure is a metric in both results.
type Figure struct {
	Metric  metric.Metric `json:"-"`
	Name    string        `json:"metric"`  // TRANSPORT.GROUP.NAME
	Unit    string        `json:"unit"`    // of the values here, the base of what tables show; empty for a bare number
	Better  metric.Better `json:"better"`  // the direction in which it improves
	Decides bool          `json:"decides"` // whether the comparison is decided by it, as was settled beforehand
	A       Estimate      `json:"a"`       // the first result
	B       Estimate      `json:"b"`       // the second
	Change  *float64      `json:"change"`  // of the medians, as a share of A's; nil where there is no such share
	P       *float64      `json:"p"`       // how likely chance alone makes such a difference; nil with fewer than MinTrials, 6
	Finding Finding       `json:"finding"`
}

// Finding is what a figure comes to.
type Finding string

// The findings. A metric that does not decide may have the first three as well: among many, some have
// them by chance.
const (
	Improved    Finding = "better in B"
	Worsened    Finding = "worse in B"
	Differs     Finding = "different in B" // where neither direction is better
	NoneShown   Finding = "no difference shown"
	TooFew      Finding = "too few trials"
	NotMeasured Finding = "not measured"
)

// Significant reports whether chance would not make such a difference.
func (f Finding) Significant() bool { return f == Improved || f == Worsened || f == Differs }

// New compares b with a. Results that do not belong together are refused; force takes different
// scenarios all the same. Trials that are invalid have no say.
func New(a, b Side, force bool) (*Comparison, error) {
	differences, err := check(a, b, force)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Schema: Schema, A: a.origin(), B: b.origin(), Differences: differences, Notes: notes(a, b, differences)}
	var transports []scenario.Transport
	for _, t := range a.Result.Scenario.Transports {
		if slices.Contains(b.Result.Scenario.Transports, t) {
			transports = append(transports, t)
		}
	}
	c.judge(transports, a, b)
	for _, t := range transports {
		s, err := spread(t, a, b)
		if err != nil {
			return nil, err
		}
		c.Latency = append(c.Latency, s)
	}
	return c, nil
}

// judge makes a figure of every metric, and settles what each comes to.
func (c *Comparison) judge(transports []scenario.Transport, a, b Side) {
	for _, m := range metric.Of(transports) {
		c.Figures = append(c.Figures, figure(m, a.trials(m.Transport), b.trials(m.Transport)))
	}
	c.correct()
	for i := range c.Figures {
		c.Figures[i].find()
	}
}

// trials returns those of a transport that have a say.
func (s Side) trials(t scenario.Transport) []result.Trial {
	return slices.DeleteFunc(s.Result.Of(t), func(t result.Trial) bool { return t.Verdict.State == result.Invalid })
}

func figure(m metric.Metric, a, b []result.Trial) Figure {
	inA, inB := values(m, a), values(m, b)
	f := Figure{
		Metric: m, Name: m.Name(), Unit: m.Unit.Base(), Better: m.Better, Decides: m.Decides,
		A: estimate(inA), B: estimate(inB),
	}
	if f.A.Median != nil && f.B.Median != nil && (*f.A.Median != 0 || *f.B.Median == 0) {
		change := metric.Change(*f.A.Median, *f.B.Median)
		f.Change = &change
	}
	if f.fewest() >= MinTrials {
		p := uTest(inA, inB)
		f.P = &p
	}
	return f
}

func values(m metric.Metric, trials []result.Trial) []float64 {
	var vs []float64
	for _, t := range trials {
		if v, known := m.Value(t); known {
			vs = append(vs, v)
		}
	}
	return vs
}

// fewest returns the number of trials of the result that has fewer.
func (f Figure) fewest() int { return min(f.A.Trials, f.B.Trials) }

// correct corrects the p-values of the metrics that decide for there being several of them. Those of the
// others stay as they are: nothing is decided by them.
func (c *Comparison) correct() {
	var ps []float64
	var deciding []*Figure
	for i := range c.Figures {
		if f := &c.Figures[i]; f.Metric.Decides && f.P != nil {
			ps, deciding = append(ps, *f.P), append(deciding, f)
		}
	}
	for i, p := range holm(ps) {
		deciding[i].P = &p
	}
}

func (f *Figure) find() {
	switch {
	case f.fewest() == 0:
		f.Finding = NotMeasured
	case f.P == nil:
		f.Finding = TooFew
	case *f.P >= level:
		f.Finding = NoneShown
	default:
		f.Finding = f.direction()
	}
}

// direction says what a significant difference is. Medians may be equal where the trials still differ.
func (f *Figure) direction() Finding {
	rises := *f.B.Median > *f.A.Median
	switch {
	case f.Metric.Better == metric.Neither || *f.A.Median == *f.B.Median:
		return Differs
	case rises == (f.Metric.Better == metric.More):
		return Improved
	}
	return Worsened
}

// Transports returns those that both results have.
func (c *Comparison) Transports() []scenario.Transport {
	transports := make([]scenario.Transport, len(c.Latency))
	for i, s := range c.Latency {
		transports[i] = s.Transport
	}
	return transports
}

// Figure returns that of a metric.
func (c *Comparison) Figure(m metric.Metric) (Figure, bool) {
	i := slices.IndexFunc(c.Figures, func(f Figure) bool { return f.Metric == m })
	if i < 0 {
		return Figure{}, false
	}
	return c.Figures[i], true
}

// Choose keeps only the figures that patterns fit, see metric.Choose. What they come to was settled with
// all of them.
func (c *Comparison) Choose(patterns []string) error {
	all := make([]metric.Metric, len(c.Figures))
	for i, f := range c.Figures {
		all[i] = f.Metric
	}
	chosen, err := metric.Choose(all, patterns)
	if err != nil {
		return err
	}
	c.Figures = slices.DeleteFunc(c.Figures, func(f Figure) bool { return !slices.Contains(chosen, f.Metric) })
	return nil
}

// tooFew says how many trials there are for a test, and how many it takes.
func (f Figure) tooFew() string {
	return fmt.Sprintf("too few trials for a p-value (%d; %d are needed)", f.fewest(), MinTrials)
}
