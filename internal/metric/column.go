package metric

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Columns returns the figures that patterns fit, in the order of the table, whichever transport they are of:
// names without a transport, in which * stands for anything, as in latency.p99 or wire.*. A pattern that
// fits nothing is an error, which says what may have been meant.
func Columns(patterns []string) ([]*Kind, error) {
	chosen := make(map[*Kind]bool)
	for _, pattern := range patterns {
		if err := markKinds(chosen, strings.TrimSpace(pattern)); err != nil {
			return nil, err
		}
	}
	var kept []*Kind
	for i := range kinds {
		if k := &kinds[i]; chosen[k] {
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// markKinds adds to chosen what a pattern fits.
func markKinds(chosen map[*Kind]bool, pattern string) error {
	some := false
	names := make([]string, len(kinds))
	for i := range kinds {
		names[i] = kinds[i].Name
		fits, err := path.Match(pattern, names[i])
		if err != nil {
			return fmt.Errorf("%q cannot be understood: name a figure, or put * for a part of it", pattern)
		}
		if fits {
			chosen[&kinds[i]], some = true, true
		}
	}
	switch {
	case some:
		return nil
	case strings.Contains(pattern, "*"):
		return fmt.Errorf("%q fits no figure: try latency.* or wire.*", pattern)
	}
	if likely, ok := Nearest(pattern, names); ok {
		return fmt.Errorf("%q is no figure: did you mean %s?", pattern, likely)
	}
	if i := slices.IndexFunc(names, func(name string) bool { return pattern != "" && strings.Contains(name, pattern) }); i >= 0 {
		return fmt.Errorf("%q is no figure: did you mean %s?", pattern, names[i])
	}
	return fmt.Errorf("%.80q is no figure: want GROUP.NAME, as latency.p99, or GROUP.*, of the groups %s", pattern, strings.Join(Groups(), ", "))
}

// Groups returns what the names of figures begin with.
func Groups() []string {
	var groups []string
	for i := range kinds {
		if group, _, _ := strings.Cut(kinds[i].Name, "."); !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}
