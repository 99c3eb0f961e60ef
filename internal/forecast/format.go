package forecast

import (
	"math"
	"strconv"
	"time"

	"pollpush/internal/report"
)

// none stands where there is no figure.
const none = "–"

// number formats v with three significant digits.
func number(v float64) string { return report.Significant(v) }

// rounded returns v with so many significant digits.
func rounded(v float64, digits int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64) // what was formatted can be parsed
	return r
}

// three rounds to three digits. What is extrapolated has no more.
func three(v float64) float64 { return rounded(v, 3) }

func milliseconds(d time.Duration) string {
	return number(float64(d) / float64(time.Millisecond))
}

// span formats a duration for a sentence: to three digits, in whole parts where it is longer than a minute.
func span(d time.Duration) string {
	unit := time.Duration(math.Pow10(max(0, len(strconv.FormatInt(int64(max(d, -d)), 10))-3)))
	if d.Abs() >= time.Minute {
		unit = time.Second
	}
	return d.Round(unit).String()
}

// unit is a multiple of something, for a figure that would be too long.
type unit struct {
	prefix string
	by     float64
}

// unitFor returns the unit in which v, the largest of some figures, has two digits before the point at least,
// so that the smaller ones have some, too.
func unitFor(v float64) unit {
	for _, u := range []unit{{"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if v >= 10*u.by {
			return u
		}
	}
	return unit{"", 1}
}

func (u unit) format(v float64) string { return number(v / u.by) }
