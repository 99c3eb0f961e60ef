package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"pollpush/internal/chart"
	"pollpush/internal/cli"
	"pollpush/internal/gallery"
	"pollpush/internal/result"
)

// Sizes of charts in files. A picture has two pixels for each length, for screens that have.
const (
	chartWidth = 760
	chartScale = 2
)

// chartFiles are the files that charts go into, open before anything is shown.
type chartFiles struct {
	dir   string
	files []*result.File
	write []func(io.Writer) error
}

// drawCharts draws charts into a folder.
func drawCharts(dir string, figures []gallery.Figure) error {
	files, err := openCharts(dir, figures)
	if err != nil {
		return cli.UsageError(fmt.Errorf("--charts: %w", err))
	}
	defer files.Discard()
	if err := files.Commit(); err != nil {
		return fmt.Errorf("--charts: %w", err)
	}
	return nil
}

// openCharts makes the folder, and a file for each chart and form in it.
func openCharts(dir string, figures []gallery.Figure) (*chartFiles, error) {
	if len(figures) == 0 {
		return nil, errors.New("nothing was measured in these results, so there is nothing to draw: run them again")
	}
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	c := &chartFiles{dir: dir}
	for _, f := range figures {
		if err := errors.Join(
			c.add(f.Name+".svg", func(w io.Writer) error { return chart.SVG(w, f.Chart, chartWidth) }),
			c.add(f.Name+".png", func(w io.Writer) error { return chart.PNG(w, f.Chart, chartWidth, chartScale) }),
		); err != nil {
			c.Discard()
			return nil, err
		}
	}
	return c, nil
}

// add opens a file, and says what will write it.
func (c *chartFiles) add(name string, write func(io.Writer) error) error {
	file, err := result.Create(filepath.Join(c.dir, name))
	if err != nil {
		return err
	}
	c.files = append(c.files, file)
	c.write = append(c.write, write)
	return nil
}

// makeFolder makes sure that there is a folder.
func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file: name a folder, which is made if there is none", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // charts are for everybody
		return fmt.Errorf("the folder cannot be made: %w", err)
	}
	return nil
}

// Commit draws the charts and puts them in place.
func (c *chartFiles) Commit() error {
	for i, file := range c.files {
		if err := file.Commit(c.write[i]); err != nil {
			return err
		}
	}
	return nil
}

// Discard takes away what Commit has not put in place.
func (c *chartFiles) Discard() {
	if c == nil {
		return
	}
	for _, file := range c.files {
		file.Discard()
	}
}
