package compare

import (
	"math"
	"slices"
)

// uTest returns the two-sided p-value of the Mann-Whitney U-test: how often trials would fall apart at
// least as far as these did if they were dealt out to A and B by chance. Both samples must have a value.
//
// Up to exactTrials it counts every way to deal them out, ties included. It is our own because that of
// golang.org/x/perf/benchmath is wrong for ties in samples of different size: it returns p = 0 for
// {1 1 2} against {0 0 0 0 1}, which is 3 in 56.
func uTest(a, b []float64) float64 {
	ranks := doubledRanks(slices.Concat(a, b))
	var sum, total int
	for i, r := range ranks {
		total += r
		if i < len(a) {
			sum += r
		}
	}
	// The mean rank sum is total * len(a) / len(ranks). Multiplied out, all is in integers.
	distance := func(sum int) int { return abs(sum*len(ranks) - total*len(a)) }
	if len(ranks) <= exactTrials {
		return exactP(ranks, len(a), func(other int) bool { return distance(other) >= distance(sum) })
	}
	return normalP(ranks, len(a), float64(distance(sum))/float64(2*len(ranks)))
}

// exactTrials is how many trials, of both results together, are dealt out in every way there is.
const exactTrials = 50

// exactP returns the share of the ways to choose n of the ranks whose sum is as extreme.
func exactP(ranks []int, n int, extreme func(sum int) bool) float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	// ways[k][s] is how many choices of k of the ranks seen so far add up to s. Of 50 there are at most
	// 1.3e14, which a float64 counts exactly.
	ways := make([][]float64, n+1)
	for k := range ways {
		ways[k] = make([]float64, total+1)
	}
	ways[0][0] = 1
	reach := 0 // no choice of those seen so far adds up to more
	for _, r := range ranks {
		reach += r
		for k := n; k > 0; k-- {
			for s := reach; s >= r; s-- {
				ways[k][s] += ways[k-1][s-r]
			}
		}
	}
	var all, hits float64
	for s, w := range ways[n] {
		all += w
		if w > 0 && extreme(s) {
			hits += w
		}
	}
	return hits / all
}

// normalP is the approximation for many trials, of a rank sum that is so far from its mean; with
// correction for ties and for continuity.
func normalP(ranks []int, n int, distance float64) float64 {
	count := float64(len(ranks))
	mean := (count + 1) / 2
	var squares float64
	for _, r := range ranks {
		d := float64(r)/2 - mean
		squares += d * d
	}
	variance := float64(n) * (count - float64(n)) * squares / (count * (count - 1))
	if variance == 0 {
		return 1 // all values are equal
	}
	return math.Erfc(max(distance-0.5, 0) / math.Sqrt(2*variance))
}

// doubledRanks returns twice the rank of each value, from 1; equal values share the mean of theirs, which
// may be a half.
func doubledRanks(values []float64) []int {
	sorted := slices.Sorted(slices.Values(values))
	ranks := make([]int, len(values))
	for i, v := range values {
		first, _ := slices.BinarySearch(sorted, v)
		last := first
		for last < len(sorted) && sorted[last] == v {
			last++
		}
		ranks[i] = first + 1 + last
	}
	return ranks
}

func abs(n int) int { return max(n, -n) }
