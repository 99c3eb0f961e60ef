package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"pollpush/internal/cli"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/snippet"
)

// maxDocument bounds a Markdown document.
const maxDocument = 16 << 20

// updateOptions are the flags of bench report that are about a document.
type updateOptions struct {
	update string
	check  bool
}

// runUpdate refreshes the snippets of a document, or says which of them are stale. Everything is made before
// anything is written, and the document is replaced whole or not at all.
func runUpdate(o updateOptions, paths []string, stdout io.Writer) error {
	d, texts, err := o.render(paths)
	if err != nil {
		return cli.UsageError(err)
	}
	var stale []error
	for i, b := range d.Blocks {
		if d.Stale(b, texts[i]) {
			stale = append(stale, fmt.Errorf("%s:%d: this snippet is not what its result says: run bench report --update %s", o.update, b.Line, o.update))
		}
	}
	if o.check {
		return errors.Join(stale...)
	}
	if len(stale) > 0 {
		out, err := result.Create(o.update)
		if err != nil {
			return cli.UsageError(err)
		}
		defer out.Discard()
		if err := out.Commit(func(w io.Writer) error { _, err := io.WriteString(w, d.With(texts)); return err }); err != nil {
			return fmt.Errorf("%s: %w", o.update, err)
		}
	}
	_, err = fmt.Fprintf(stdout, "%s: %d of %s refreshed\n", o.update, len(stale), report.Plural(int64(len(d.Blocks)), "snippet"))
	return err
}

// render reads the document, and makes what is to stand in it.
func (o updateOptions) render(paths []string) (*snippet.Document, []string, error) {
	text, err := readDocument(o.update)
	if err != nil {
		return nil, nil, err
	}
	d, err := snippet.Parse(o.update, text)
	if err != nil {
		return nil, nil, err
	}
	if len(paths) > 0 && !slices.ContainsFunc(d.Blocks, func(b snippet.Block) bool { return b.Results == nil }) {
		return nil, nil, fmt.Errorf("%s names a result in every marker already: leave %s out", o.update, paths[0])
	}
	texts := make([]string, len(d.Blocks))
	for i, b := range d.Blocks {
		if texts[i], err = o.snippet(b.Attributes, paths); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", o.update, b.Line, err)
		}
	}
	return d, texts, nil
}

// snippet makes what a marker asks for. What it names is looked for from the document.
func (o updateOptions) snippet(a snippet.Attributes, paths []string) (string, error) {
	if a.Results != nil {
		paths = nil
		for _, name := range a.Results {
			if name = filepath.FromSlash(name); !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(o.update), name)
			}
			paths = append(paths, name)
		}
	}
	if len(paths) == 0 {
		return "", errors.New("the marker names no result: write result=FILE.json into it, or name a result on the command line")
	}
	shown := showOptions{format: report.Markdown, lang: report.English, columns: a.Columns}
	if a.Lang != "" {
		shown.lang = report.Lang(a.Lang)
	}
	if err := shown.check(); err != nil {
		return "", err
	}
	sources, err := readSources(paths)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	options := shown.options(&b)
	options.Bare = a.Show == snippet.Table
	switch {
	case a.Show == snippet.Layers && (a.Columns != nil || a.Against != ""):
		err = errors.New("show=layers has rows and columns of its own: leave columns and against out")
	case a.Show == snippet.Layers:
		err = report.WriteLayers(&b, options, sources)
	case a.Against != "":
		var s report.Sweep
		if s, err = newSweep(a.Against, shown, sources); err == nil {
			err = report.WriteSweep(&b, options, s)
		}
	default:
		err = report.Show(&b, options, sources)
	}
	return b.String(), err
}

func readDocument(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // the path is what the user named for this
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // it is only read
	text, err := io.ReadAll(io.LimitReader(file, maxDocument+1))
	if err != nil {
		return "", err
	}
	if len(text) > maxDocument {
		return "", fmt.Errorf("%s has more than %d bytes, too many for a document: name another one", path, maxDocument)
	}
	return string(text), nil
}
