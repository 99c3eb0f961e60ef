package main

import (
	"fmt"
	"os"

	"pollpush/internal/report"
	"pollpush/internal/result"
)

// readSources reads results, or none of them.
func readSources(paths []string) ([]report.Source, error) {
	var sources []report.Source
	for _, path := range paths {
		r, err := readResult(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, report.Source{Name: path, Result: r})
	}
	return sources, nil
}

// readResult reads what bench run --out has written.
func readResult(path string) (result.Result, error) {
	file, err := os.Open(path) //nolint:gosec // the path is what the user named for this
	if err != nil {
		return result.Result{}, err
	}
	defer func() { _ = file.Close() }() // it is only read
	r, err := result.Read(file)
	if err != nil {
		return result.Result{}, fmt.Errorf("%s: %w: name a file that bench run --out has written", path, err)
	}
	return r, nil
}
