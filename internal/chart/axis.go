package chart

import (
	"math"
	"strconv"
	"strings"
)

// Axis is a scale of a chart.
type Axis struct {
	Title string // with the unit
	Log   bool
	Ticks []Tick // where it is marked; chosen by the data when there are none
}

// Tick is a mark of an axis.
type Tick struct {
	At    float64
	Label string
}

// scale maps values of an axis to a sheet.
type scale struct {
	log      bool
	low, top float64 // values at the two ends
	from, to float64 // and where those are
	ticks    []Tick
}

// place returns where a value is. What is beyond an end is at the end.
func (s scale) place(v float64) float64 {
	low, top := s.low, s.top
	v = min(max(v, low), top)
	if s.log {
		v, low, top = math.Log10(v), math.Log10(low), math.Log10(top)
	}
	return s.from + (v-low)/(top-low)*(s.to-s.from)
}

// newScale makes a scale that values fit on.
func newScale(a Axis, values []float64) scale {
	if len(a.Ticks) > 0 {
		top := a.Ticks[len(a.Ticks)-1].At
		for _, v := range values {
			top = max(top, v)
		}
		return scale{log: a.Log, low: a.Ticks[0].At, top: top, ticks: a.Ticks}
	}
	if a.Log {
		return logScale(values)
	}
	return linearScale(values)
}

// tiny and huge keep scales where arithmetic works.
const (
	tiny = 1e-9
	huge = 1e18
)

// linearScale goes from 0 to a round number, and where there are values below 0 from another one.
func linearScale(values []float64) scale {
	low, top := 0.0, 0.0
	for _, v := range values {
		low, top = min(low, max(v, -huge)), max(top, min(v, huge))
	}
	if top-low < tiny {
		low, top = 0, 1
	}
	step := round((top-low)/5, func(m float64) float64 { // 4 to 8 ticks
		for _, nice := range []float64{1, 2, 2.5, 5} {
			if m <= nice*1.0001 {
				return nice
			}
		}
		return 10
	})
	first, last := int(math.Floor(low/step+1e-6)), int(math.Ceil(top/step-1e-6))
	s := scale{low: float64(first) * step, top: float64(last) * step}
	for i := first; i <= last; i++ {
		s.ticks = append(s.ticks, Tick{At: float64(i) * step, Label: number(float64(i) * step)})
	}
	return s
}

// round splits a value into a mantissa from 1 to 10 and a power of ten, and rounds the mantissa.
func round(v float64, mantissa func(float64) float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	return mantissa(v/power) * power
}

// logScale goes from a 1, 2 or 5 to another. Values that are not above 0 have no place on it, and are taken to
// its lower end.
func logScale(values []float64) scale {
	low, top := huge, tiny
	for _, v := range values {
		if v >= tiny {
			low, top = min(low, v), max(top, min(v, huge))
		}
	}
	if low > top {
		low, top = 1, 10
	}
	low, top = round(low, floor125), round(top, ceil125)
	if low == top {
		low /= 10
	}
	return scale{log: true, low: low, top: top, ticks: logTicks(low, top)}
}

// logTicks marks the powers of ten, and between them as long as there are few.
func logTicks(low, top float64) []Tick {
	decades := math.Log10(top / low)
	var ticks []Tick
	for power := int(math.Floor(math.Log10(low))); power <= int(math.Ceil(math.Log10(top))); power++ {
		for _, m := range []float64{1, 2, 5} {
			v, err := strconv.ParseFloat(strconv.Itoa(int(m))+"e"+strconv.Itoa(power), 64) // exact, which a product is not
			if err != nil || v < low*0.9999 || v > top*1.0001 || m != 1 && decades > 3.5 {
				continue
			}
			ticks = append(ticks, Tick{At: v, Label: number(v)})
		}
	}
	return ticks
}

func floor125(m float64) float64 {
	for _, v := range []float64{5, 2} {
		if m >= v*0.9999 {
			return v
		}
	}
	return 1
}

func ceil125(m float64) float64 {
	for _, v := range []float64{1, 2, 5} {
		if m <= v*1.0001 {
			return v
		}
	}
	return 10
}

// number writes a tick, with commas between thousands.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if rounded := strconv.FormatFloat(v, 'g', 6, 64); !strings.Contains(rounded, "e") {
		text = rounded // without what arithmetic left over
	}
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}
