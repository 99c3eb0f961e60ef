// Package scenariofile reads scenarios that were written down as YAML: which flags of bench run a file sets,
// to what, and where in the file that stands. What the values mean is the flags' business, so that a file
// and a command line cannot differ in it.
package scenariofile

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"pollpush/internal/textfile"
)

// what a file is called in the texts about it.
const what = "a scenario"

// File is a scenario file that was read. It is not changed any more.
type File struct {
	// Settings are what it says, in its order, each key once.
	Settings []Setting
	// Variants are the scenarios that the file makes of its own by changing settings. Each is a file by
	// itself, which says all that its scenario does, and has no variants.
	Variants []*File
	// Variant is the name of the variant that this is, "" where it is none.
	Variant string

	own   []Key // what a variant says by itself
	path  string
	lines []string
}

// Varies reports whether a variant says a key by itself.
func (f *File) Varies(key string) bool {
	return slices.ContainsFunc(f.own, func(k Key) bool { return k.Name == key })
}

// Setting is a key of a file and its value, as the flag of that name takes it.
type Setting struct {
	Key    Key
	Values []string // one, unless it is a list
	List   bool     // it is written as a list, and may be empty

	// Entries are what it has in place of values when it has keys of its own.
	Entries []Entry

	at place // of the value
}

// place is a line and a column of a file, both from 1.
type place struct{ line, column int }

// Read reads a file. What is wrong with it is said with the place, and the line itself below.
func Read(path string) (*File, error) {
	text, err := textfile.Read(path, what)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%q is no file: name one with a scenario in YAML", path)
	}
	if err != nil {
		return nil, err
	}
	return parse(path, string(text))
}

// At adds to an error about a key where the file gives its value. It returns the error as it is when the
// file does not.
func (f *File) At(key string, err error) error {
	for _, s := range f.Settings {
		if s.Key.Name == key {
			return f.refuse(s.at, err)
		}
	}
	return err
}

// refuse says where an error is, and shows the line.
func (f *File) refuse(at place, err error) error {
	return fmt.Errorf("%s:%d:%d: %w\n%s", f.path, at.line, at.column, err, f.excerpt(at))
}

// excerptLength is how much of a long line is shown, and excerptLead how much of that is before the place.
const (
	excerptLength = 100
	excerptLead   = 40
)

// excerpt returns the line that a place is in, and a mark below the place.
func (f *File) excerpt(at place) string {
	var line []rune
	if 1 <= at.line && at.line <= len(f.lines) {
		line = []rune(f.lines[at.line-1])
	}
	column := min(max(at.column-1, 0), len(line))
	if len(line) > excerptLength {
		from := max(column-excerptLead, 0)
		line, column = line[from:min(from+excerptLength, len(line))], column-from
	}
	lead := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r // as wide as above
		}
		return ' '
	}, string(line[:column]))
	return "    " + string(line) + "\n    " + lead + "^"
}

func placeOf(t *token.Token) place {
	return place{t.Position.Line, t.Position.Column}
}

// start returns where a node begins. Keys with values begin with their first key, and not with its colon.
func start(node ast.Node) place {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		node = m.Values[0].Key
	}
	return placeOf(node.GetToken())
}
