package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Share is a part of a whole in basis points, hundredths of a percent, so that shares add up exactly.
type Share int

// whole is all of it.
const whole Share = 10_000

// String returns the share in percent.
func (s Share) String() string {
	return strconv.FormatFloat(float64(s)/100, 'f', -1, 64) + " %"
}

// ParseShare reads a share as a person writes it: 30%, 12.5 % or 33.34%.
func ParseShare(text string) (Share, error) {
	number, ok := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	points := math.Round(percent * 100)
	if !ok || err != nil || math.IsNaN(percent) || percent < 0 || percent > 100 {
		return 0, fmt.Errorf("%.40q is no share: want 0%% to 100%%, as 30%%", text)
	}
	const rounding = 1e-6 // 33.34 × 100 is not a whole number to the last bit
	if math.Abs(percent*100-points) > rounding {
		return 0, fmt.Errorf("%.40q is too fine a share: want two digits after the point at most", text)
	}
	return Share(points), nil
}
