package main

import (
	"errors"
	"fmt"
	"slices"

	"pollpush/internal/cli"
	"pollpush/internal/compare"
	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// parseAll reads conditions on some transports.
func parseAll(texts []string, transports []scenario.Transport) ([]metric.Condition, error) {
	var conditions []metric.Condition
	for _, text := range texts {
		c, err := metric.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("--fail-if %q: %w", text, err)
		}
		if !slices.Contains(transports, c.Metric.Transport) {
			return nil, fmt.Errorf("--fail-if %q: %s is not measured: leave the condition out, or measure it", text, c.Metric.Transport)
		}
		conditions = append(conditions, c)
	}
	return conditions, nil
}

// parseConditions reads the conditions of a run, which has nothing to be compared with.
func (o *options) parseConditions() error {
	var err error
	if o.conditions, err = parseAll(o.failIf, o.scenario.Transports); err != nil {
		return err
	}
	for _, c := range o.conditions {
		if c.OfChange {
			return fmt.Errorf("--fail-if %q is about a change, and one run has none: leave the sign out, or use bench compare", c)
		}
	}
	return nil
}

// judge returns the conditions that hold for a run, nil when none does. All trials count, invalid ones as
// well: a lost message makes a trial invalid, and is what a condition may ask for.
func judge(conditions []metric.Condition, r result.Result) error {
	if len(conditions) == 0 {
		return nil
	}
	if !r.Complete() {
		return errors.New("--fail-if was not looked at: not all was measured")
	}
	var all []error
	for _, c := range conditions {
		sum, err := result.Merge(r.Of(c.Metric.Transport))
		if err != nil {
			return err
		}
		if err := verdict(c, sum); err != nil && r.Variant != "" {
			all = append(all, fmt.Errorf("variant %s: %w", r.Variant, err))
		} else {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// verdict says that a condition holds for a transport, or cannot be told; nil that it does not hold.
func verdict(c metric.Condition, sum result.Trial) error {
	v, known := c.Metric.Value(sum)
	switch {
	case !known:
		return unknown(c)
	case c.Holds(v):
		return cli.MissedError(fmt.Errorf("--fail-if %q: it is %s", c, c.Metric.Text(v)))
	}
	return nil
}

// unknown says that nobody can tell: a threshold that was not looked at has not been kept.
func unknown(c metric.Condition) error {
	return fmt.Errorf("--fail-if %q: %s is not known here, so nobody can tell", c, c.Metric.Name())
}

// judgeChange returns the conditions that hold for a comparison, nil when none does.
func judgeChange(conditions []metric.Condition, c *compare.Comparison) error {
	var all []error
	for _, condition := range conditions {
		f, _ := c.Figure(condition.Metric) // every metric of its transports has one
		switch {
		case f.A.Median == nil || f.B.Median == nil:
			all = append(all, unknown(condition))
		case condition.HoldsBetween(*f.A.Median, *f.B.Median):
			m := condition.Metric
			all = append(all, cli.MissedError(fmt.Errorf("--fail-if %q: %s in A, %s in B: %s",
				condition, m.Text(*f.A.Median), m.Text(*f.B.Median), f.Conclusion())))
		}
	}
	return errors.Join(all...)
}
