package compare

import (
	"math"
	"slices"
)

// MinTrials is how many trials each result needs before anything is called significant. It is also how
// many the interval of a median needs.
const MinTrials = 6

// level is the share of comparisons without a difference that may be taken for one with.
const level = 0.05

// Estimate is what the trials of one result say of a metric.
type Estimate struct {
	Trials int      `json:"trials"` // that have a say, and know the metric
	Median *float64 `json:"median"` // of the values of these trials; nil without a trial
	// Low is a value above which the median lies, and below the other end, with a confidence of 95 % at least; nil where there are too
	// few trials for one.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"` // the other end; nil as that
}

// estimate looks at the values of trials.
func estimate(values []float64) Estimate {
	n := len(values)
	e := Estimate{Trials: n}
	if n == 0 {
		return e
	}
	sorted := slices.Sorted(slices.Values(values))
	median := (sorted[(n-1)/2] + sorted[n/2]) / 2
	e.Median = &median
	if i := outside(n); i > 0 {
		e.Low, e.High = &sorted[i-1], &sorted[n-i]
	}
	return e
}

// outside returns the largest i for which the median of what n values were drawn from lies between the
// i-th from below and the i-th from above with 95 % confidence: that it does not is as likely as fewer
// than i heads, or as many tails, in n tosses of a coin. It is 0 when there are too few values.
func outside(n int) int {
	beyond := 0.0
	for i := 0; ; i++ {
		beyond += 2 * tosses(n, i)
		if beyond > level {
			return i
		}
	}
}

// tosses is how likely k heads in n tosses are.
func tosses(n, k int) float64 {
	choose, _ := math.Lgamma(float64(n + 1))
	for _, m := range []int{k, n - k} {
		l, _ := math.Lgamma(float64(m + 1))
		choose -= l
	}
	return math.Exp(choose - float64(n)*math.Ln2)
}

// holm corrects the p-values of several tests for their number (Holm 1979): if there is no difference in
// any of them, one of those returned is below the level by chance no more often than the level says.
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case ps[i] < ps[j]:
			return -1
		case ps[i] > ps[j]:
			return 1
		}
		return 0
	})
	corrected := make([]float64, len(ps))
	least := 0.0
	for rank, i := range order {
		least = max(least, min(1, ps[i]*float64(len(ps)-rank)))
		corrected[i] = least
	}
	return corrected
}
