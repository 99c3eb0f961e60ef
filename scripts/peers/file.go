package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"pollpush/internal/build"
	"pollpush/internal/cli"
	"pollpush/internal/host"
	"pollpush/internal/result"
)

// file is what a command leaves: everything measured, and on what.
type file struct {
	Tool     build.Info        `json:"tool"`
	Host     host.Info         `json:"host"`
	Started  time.Time         `json:"started"`
	Versions map[string]string `json:"versions"`
	// Generators or Servers are there, each run by itself in the order in which they were made.
	Generators []generatorRun `json:"generators,omitempty"`
	Servers    []serverRun    `json:"servers,omitempty"`
}

func newFile() file {
	return file{Tool: build.Read(), Host: host.Read(), Started: time.Now().UTC(), Versions: make(map[string]string)}
}

// measureInto measures what is put into a file, which is known to be writable before.
func measureInto(path string, measure func(*file) error) error {
	place, err := result.Create(path)
	if err != nil {
		return cli.UsageError(fmt.Errorf("--out: %w", err))
	}
	defer place.Discard()
	f := newFile()
	if err := measure(&f); err != nil {
		return err
	}
	return place.Commit(f.write)
}

func (f file) write(w io.Writer) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

func readFile(path string) (file, error) {
	var f file
	text, err := os.ReadFile(path) //nolint:gosec // whoever calls names it
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if len(f.Generators)+len(f.Servers) == 0 {
		return f, fmt.Errorf("%s: %w", path, errors.New("there are no runs in it"))
	}
	return f, nil
}

// latency is what a run says of how long something took, in milliseconds. What it does not say is nil.
type latency struct {
	// Of is what the tool says that this is.
	Of   string   `json:"of"`
	Mean *float64 `json:"mean_ms"`
	P50  *float64 `json:"p50_ms"`
	P99  *float64 `json:"p99_ms"`
	Max  *float64 `json:"max_ms"`
}

func ms(d time.Duration) *float64 {
	v := float64(d) / float64(time.Millisecond)
	return &v
}

// median returns the middle one of some figures, or the mean of the middle two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
