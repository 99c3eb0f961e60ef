package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"pollpush/internal/gallery"
	"pollpush/internal/report"
)

// briefly names results by their files as shortly as tells them apart.
func briefly(sources []report.Source) []gallery.Source {
	taken := make(map[string]int)
	for _, s := range sources {
		taken[baseName(s.Name)]++
	}
	brief := slices.Clone(sources)
	for i, s := range brief {
		if name := baseName(s.Name); taken[name] == 1 {
			brief[i].Name = name
		}
	}
	return brief
}

// baseName is a file's name without its folder and what it ends in.
func baseName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".json") }

// checkOverlay refuses more results than can be told apart in one chart.
func checkOverlay(what string, n int) error {
	if n > gallery.Most {
		return fmt.Errorf("%s draws all results into the same charts, where at most %d can be told apart, and there are %d: name fewer", what, gallery.Most, n)
	}
	return nil
}
