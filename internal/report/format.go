package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// none stands where there is no figure.
const none = "–"

// milliseconds formats a duration in ms with three significant digits.
func milliseconds(d time.Duration) string {
	return Significant(float64(d) / float64(time.Millisecond))
}

// Significant formats v with three significant digits, or all digits before the point, grouped. What is small is not shown as
// nothing: below 0.0001 it has an exponent.
func Significant(v float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64) // what was formatted can be parsed
	switch abs := max(rounded, -rounded); {
	case abs == 0:
		return "0"
	case abs < 0.1:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case abs < 1:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case abs < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case abs < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return Grouped(int64(math.Round(v)))
}

// Grouped formats n with commas between thousands.
func Grouped(n int64) string {
	text := strconv.FormatInt(max(n, -n), 10)
	var b strings.Builder
	if n < 0 {
		b.WriteByte('-')
	}
	for i, c := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// percent formats a share.
func percent(share float64) string {
	switch {
	case share == 0:
		return "0 %"
	case share < 0.001:
		return "<0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
