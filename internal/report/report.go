package report

import (
	"fmt"
	"io"
	"strings"

	"pollpush/internal/metric"
	"pollpush/internal/result"
)

// Format is how a result is shown.
type Format string

// The formats.
const (
	Table    Format = "table"
	Markdown Format = "markdown"
	CSV      Format = "csv" // a line for each transport of each result
	JSON     Format = "json"
	GoBench  Format = "gobench" // the Go benchmark format, of results alone
	HTML     Format = "html"    // of results alone, and drawn by another package: see internal/htmlreport
)

// Formats returns the formats that everything can be shown in.
func Formats() []Format { return []Format{Table, Markdown, JSON} }

// ResultFormats returns those that a result can be shown in.
func ResultFormats() []Format {
	return []Format{
		Table,
		Markdown,
		CSV,
		JSON,
		GoBench,
		HTML,
	}
}

// Options say how results are shown. The zero value is a table in English.
type Options struct {
	Format Format
	// Lang is the language of tables and sentences. What programs read has none.
	Lang Lang
	// Columns are the figures of tables and CSV; nil means those that tables have, and all in CSV. Where they are
	// chosen there is no table of groups, which has figures of its own.
	Columns []*metric.Kind
	// Bare leaves the sentences out, but for what is wrong with the figures.
	Bare bool
	// Width is that of the terminal a table is for, in character cells; 0 is as wide as it takes.
	Width int
	// Color makes headings and verdicts stand out on a terminal.
	Color bool
}

func (o Options) language() Lang {
	if o.Lang == "" {
		return English
	}
	return o.Lang
}

// Source is a result, and what it is called: the path of its file.
type Source struct {
	Name   string
	Result result.Result
}

// Write shows the result in English, with all that there is to show.
func Write(w io.Writer, f Format, r result.Result) error {
	return Show(w, Options{Format: f}, []Source{{Result: r}})
}

// Show shows results: one table after the other, or everything in one CSV.
func Show(w io.Writer, o Options, sources []Source) error {
	if o.Format == CSV {
		return writeCSV(w, o.Columns, sources)
	}
	for i, s := range sources {
		if i > 0 && o.Format != JSON {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := o.write(w, s.Result); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) write(w io.Writer, r result.Result) error {
	switch o.Format {
	case JSON:
		return r.Write(w)
	case GoBench:
		return writeGoBench(w, r)
	case Markdown:
		return o.page(w, markdownStyle(), r)
	case Table, "":
		return o.page(w, terminalStyle(o), r)
	case CSV, HTML: // all results are in one, and HTML is not drawn here
	}
	return fmt.Errorf("format %q is unknown", o.Format)
}

// page shows the table, what it says, what is wrong with it, and what it was measured with.
func (o Options) page(w io.Writer, s style, r result.Result) error {
	cs, err := columns(r)
	if err != nil {
		return err
	}
	in := catalogue[o.language()]
	var b strings.Builder
	if r.Variant != "" {
		fmt.Fprintf(&b, "%s\n\n", s.heading(fmt.Sprintf(in.variant, s.escape(r.Variant))))
	}
	if text := in.incompleteOf(r); text != "" {
		b.WriteString(text + "\n\n")
	}
	if len(cs) == 0 {
		fmt.Fprintln(&b, in.nothing)
	} else if err := writeColumns(&b, s, in, chosen(o.Columns, r.Scenario, cs), cs); err != nil {
		return err
	}
	if o.Columns == nil {
		if err := writeGroups(&b, s, in, r); err != nil {
			return err
		}
	}
	said := [][]string{in.summary(cs), in.reasons(r), in.conditionsOf(r)}
	if o.Bare {
		said = [][]string{nil, said[1], nil}
	}
	for i, sentences := range said {
		paragraph(&b, s, s.bullets[i], sentences)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// incompleteOf says how much of a run is there, "" when all of it is.
func (w *words) incompleteOf(r result.Result) string {
	if r.Complete() {
		return ""
	}
	return fmt.Sprintf(w.incomplete, complete(r), r.Scenario.Trials*len(r.Scenario.Transports))
}

// complete counts the trials that went through.
func complete(r result.Result) int {
	n := 0
	for _, t := range r.Trials {
		if t.Complete {
			n++
		}
	}
	return n
}

func paragraph(b *strings.Builder, s style, bullet string, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	b.WriteByte('\n')
	for _, sentence := range sentences {
		fmt.Fprintf(b, "%s%s\n", bullet, s.escape(sentence))
	}
}

// reasons says why trials are not valid: each reason with how bad it is by itself, as it was stored.
func (w *words) reasons(r result.Result) []string {
	var texts []string
	invalid := false
	for _, t := range r.Trials {
		for i, reason := range t.Verdict.Reasons {
			texts = append(texts, fmt.Sprintf(w.sentences.reason, w.titleOf(t.Transport), t.Trial, w.stateOf(t.Verdict.Level(i)), reason))
		}
		invalid = invalid || t.Verdict.State == result.Invalid
	}
	if invalid {
		texts = append(texts, w.sentences.marked)
	}
	return texts
}
