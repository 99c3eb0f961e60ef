package metric

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"pollpush/internal/scenario"
)

// longName is longer than any metric's name can be misspelt.
const longName = 100

// Find returns the metric of a name. To one that there is not, it says which it may have been.
func Find(name string) (Metric, error) {
	var names []string
	for _, m := range Of(append(scenario.Transports(), scenario.Mixed)) {
		if m.Name() == name {
			return m, nil
		}
		names = append(names, m.Name())
	}
	if likely, ok := Nearest(name, names); ok {
		return Metric{}, fmt.Errorf("%q is no metric: did you mean %s?", name, likely)
	}
	return Metric{}, fmt.Errorf("%q is no metric: want TRANSPORT.GROUP.NAME, as websocket.latency.p99", name)
}

// Choose returns those of the metrics that a pattern fits: names, in which * stands for anything, as in
// *.latency.p99. No pattern at all chooses everything but details. A pattern that fits nothing is an error.
func Choose(all []Metric, patterns []string) ([]Metric, error) {
	if len(patterns) == 0 {
		return slices.DeleteFunc(slices.Clone(all), func(m Metric) bool { return m.Detail }), nil
	}
	chosen := make(map[Metric]bool)
	for _, pattern := range patterns {
		if err := mark(chosen, all, pattern); err != nil {
			return nil, err
		}
	}
	var kept []Metric
	for _, m := range all {
		if chosen[m] {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// mark adds to chosen what a pattern fits.
func mark(chosen map[Metric]bool, all []Metric, pattern string) error {
	some := false
	for _, m := range all {
		fits, err := path.Match(pattern, m.Name())
		if err != nil {
			return fmt.Errorf("%q cannot be understood: name a metric, or put * for a part of it", pattern)
		}
		if fits {
			chosen[m], some = true, true
		}
	}
	switch {
	case some:
		return nil
	case strings.Contains(pattern, "*"):
		return fmt.Errorf("%q fits no metric that is there: try *.latency.*", pattern)
	}
	if _, err := Find(pattern); err != nil {
		return err
	}
	return fmt.Errorf("%q is not there: its transport was not measured", pattern)
}

// Nearest returns the name that takes the fewest edits to become a misspelt one; ok is false when none of
// them is near.
func Nearest(misspelt string, names []string) (name string, ok bool) {
	if len(misspelt) >= longName {
		return "", false
	}
	fewest := len(misspelt)/2 + 1
	for _, n := range names {
		if d := distance(misspelt, n); d < fewest {
			name, fewest, ok = n, d, true
		}
	}
	return name, ok
}

// distance is how many letters must be put in, taken out or replaced to make b of a (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1) // edits from the first i letters of a to the first j of b
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			replaced := diagonal
			if x != y {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
