package metric

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Condition is an expression that a run or a comparison is held to:
//
//	METRIC OP VALUE
//
// OP is one of > >= < <= == !=. VALUE is a decimal number with a unit of the metric's dimension: ns, us,
// ms or s; B, kB, MB or GB; /s. Only a time other than 0 must have one. With a sign before it, VALUE is a
// change from A to B, and may be in % of A.
type Condition struct {
	Metric Metric
	// OfChange says that VALUE is a change: it needs two results.
	OfChange bool
	text     string
	relative bool // a change, as a share of A
	op       operator
	value    float64 // in the base of the metric's unit, or a share
}

// operator compares a figure with VALUE.
type operator struct {
	sign  string
	holds func(v, limit float64) bool
}

// operators are in an order in which none hides a longer one.
var operators = []operator{
	{">=", func(v, limit float64) bool { return v >= limit }},
	{"<=", func(v, limit float64) bool { return v <= limit }},
	{"==", func(v, limit float64) bool { return v == limit }},
	{"!=", func(v, limit float64) bool { return v != limit }},
	{">", func(v, limit float64) bool { return v > limit }},
	{"<", func(v, limit float64) bool { return v < limit }},
}

// Parse reads a condition.
func Parse(text string) (Condition, error) {
	c := Condition{text: strings.Join(strings.Fields(text), " ")}
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return Condition{}, errors.New("want METRIC OP VALUE, as websocket.latency.p99 > 20ms")
	}
	name, rest := strings.TrimSpace(text[:at]), text[at:]
	var err error
	if c.Metric, err = Find(name); err != nil {
		return Condition{}, err
	}
	for _, op := range operators {
		if after, ok := strings.CutPrefix(rest, op.sign); ok {
			c.op, rest = op, strings.TrimSpace(after)
			break
		}
	}
	if c.op.holds == nil {
		return Condition{}, fmt.Errorf("%.2q is no comparison: want one of > >= < <= == !=", rest)
	}
	return c, c.parseValue(rest)
}

func (c *Condition) parseValue(text string) error {
	figure := strings.TrimLeft(text, "+-")
	if len(text)-len(figure) > 1 {
		return fmt.Errorf("%q has more than one sign", text)
	}
	sign := text[:len(text)-len(figure)]
	c.OfChange = sign != ""
	end := strings.IndexFunc(figure, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(figure)
	}
	v, err := strconv.ParseFloat(sign+figure[:end], 64)
	if err != nil {
		return fmt.Errorf("%q is no value: want %s, as %s", text, c.Metric.Unit.dimension, c.example())
	}
	if err := c.setValue(v, strings.TrimSpace(figure[end:])); err != nil {
		return err
	}
	if math.IsInf(c.value, 0) {
		return fmt.Errorf("%q is beyond all that can be measured", text)
	}
	return nil
}

// setValue takes a value in a unit.
func (c *Condition) setValue(v float64, unit string) error {
	m := c.Metric
	switch {
	case unit == "%" && !c.OfChange:
		return fmt.Errorf("%% of what? A change from A to B is written with its sign, as %s > +10%%", m.Name())
	case unit == "%":
		c.relative, c.value = true, v/100
		return nil
	case unit == "" && (v == 0 || m.Unit.dimension != duration):
		c.value = v
		return nil
	case unit == "":
		return fmt.Errorf("%s is a time: give the value a unit, as %s", m.Name(), c.example())
	}
	for _, u := range written {
		if u.Name == unit && u.dimension == m.Unit.dimension {
			c.value = v * u.size
			return nil
		}
	}
	return fmt.Errorf("%q is no unit of %s, which is %s: write it as %s", unit, m.Name(), m.Unit.dimension, c.example())
}

// example is a value that the metric could be compared with.
func (c *Condition) example() string {
	switch c.Metric.Unit.dimension {
	case duration:
		return "20ms"
	case size:
		return "20kB"
	case rate:
		return "20/s"
	case number:
	}
	return "20"
}

// String returns the condition as it was written, blanks apart.
func (c Condition) String() string { return c.text }

// Holds reports whether it holds for a figure. It never does for a condition of a change.
func (c Condition) Holds(v float64) bool { return !c.OfChange && c.op.holds(v, c.value) }

// HoldsBetween reports whether it holds for the change from a to b, or, when it is of no change, for b.
func (c Condition) HoldsBetween(a, b float64) bool {
	switch {
	case !c.OfChange:
		return c.op.holds(b, c.value)
	case c.relative:
		return c.op.holds(Change(a, b), c.value)
	}
	return c.op.holds(b-a, c.value)
}

// Change returns the change from a to b as a share of a: infinite when a is 0 and b is not.
func Change(a, b float64) float64 {
	if a == b {
		return 0
	}
	return (b - a) / math.Abs(a)
}
