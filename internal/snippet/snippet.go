// Package snippet finds the places of a Markdown document that are made from results: what stands between two
// markers, each a line of its own.
//
//	<!-- pollpush:begin result=results/default/result.json columns=latency.*,server.* lang=zh -->
//	...
//	<!-- pollpush:end -->
//
// Markers in fenced or indented code are examples, and no markers.
package snippet

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Markers as they are written where they are missing.
const (
	Begin = "<!-- pollpush:begin result=FILE.json -->"
	End   = "<!-- pollpush:end -->"
)

// Document is a Markdown document whose markers are in order.
type Document struct {
	// Blocks are the places, from top to bottom.
	Blocks []Block

	lines []string // with their ends
}

// Block is one place, and what its marker says is to be there.
type Block struct {
	Line int // of the marker that begins it, from 1
	Attributes

	from, to int // the lines between the markers
}

// Parse finds the markers of a document. An error names it and the line.
func Parse(name, text string) (*Document, error) {
	d := &Document{}
	for line := range strings.Lines(text) {
		d.lines = append(d.lines, line)
	}
	var open *Block
	var code fence
	for i, line := range d.lines {
		if open == nil && code.inside(line) {
			continue
		}
		kind, rest, err := marker(line)
		if err == nil {
			open, err = d.take(open, i, kind, rest)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	switch {
	case open != nil:
		return nil, fmt.Errorf("%s:%d: this snippet has no end: put %s on a line of its own behind it", name, open.Line, End)
	case len(d.Blocks) == 0:
		return nil, fmt.Errorf("%s has no markers: put %s and %s on lines of their own where the snippet is to be", name, Begin, End)
	}
	return d, nil
}

// take takes what a line is into account, and returns the block that is open behind it.
func (d *Document) take(open *Block, i int, kind, rest string) (*Block, error) {
	switch {
	case kind == "begin" && open != nil:
		return nil, fmt.Errorf("a snippet begins within that of line %d: end that first with %s", open.Line, End)
	case kind == "begin":
		a, err := parseAttributes(rest)
		return &Block{Line: i + 1, Attributes: a, from: i + 1}, err
	case kind == "end" && open == nil:
		return nil, errors.New("this ends no snippet: take it out, or begin one before it")
	case kind == "end" && rest != "":
		return nil, fmt.Errorf("%.80q does not belong into the marker of an end: write %s", rest, End)
	case kind == "end":
		open.to = i
		d.Blocks = append(d.Blocks, *open)
		return nil, nil //nolint:nilnil // none is open
	}
	return open, nil
}

var (
	looksLike = regexp.MustCompile(`^ {0,3}<!--\s*pollpush:`)
	isMarker  = regexp.MustCompile(`^ {0,3}<!--\s*pollpush:(begin|end)(?:\s+(.*?))?\s*-->\s*$`)
)

// marker takes a marker apart; kind is empty for every other line.
func marker(line string) (kind, rest string, err error) {
	if !looksLike.MatchString(line) {
		return "", "", nil
	}
	m := isMarker.FindStringSubmatch(line)
	if m == nil {
		return "", "", fmt.Errorf("%.80q is no marker: write %s or %s on a line of its own", strings.TrimSpace(line), Begin, End)
	}
	return m[1], m[2], nil
}

// Text returns what stands in a block.
func (d *Document) Text(b Block) string { return strings.Join(d.lines[b.from:b.to], "") }

// With returns the document with other texts in its blocks, one for each of them. The texts end in a line end,
// and take over those of the document, where these are of two characters.
func (d *Document) With(texts []string) string {
	var b strings.Builder
	at := 0
	for i, block := range d.Blocks {
		b.WriteString(strings.Join(d.lines[at:block.from], ""))
		b.WriteString(d.ended(block, texts[i]))
		at = block.to
	}
	b.WriteString(strings.Join(d.lines[at:], ""))
	return b.String()
}

// Stale reports whether another text than this one stands in a block.
func (d *Document) Stale(b Block, text string) bool { return d.Text(b) != d.ended(b, text) }

// ended gives a text the line ends of the block's marker.
func (d *Document) ended(b Block, text string) string {
	if strings.HasSuffix(d.lines[b.from-1], "\r\n") {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// fence follows fenced code (CommonMark section 4.5).
type fence struct{ mark string }

var fenced = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})([^`]*)$")

// inside reports whether a line is code, or the fence of some.
func (f *fence) inside(line string) bool {
	m := fenced.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
	switch {
	case f.mark == "" && m == nil:
		return false
	case f.mark == "":
		f.mark = m[1]
	case m != nil && strings.HasPrefix(m[1], f.mark) && strings.TrimSpace(m[2]) == "":
		f.mark = ""
	}
	return true
}
