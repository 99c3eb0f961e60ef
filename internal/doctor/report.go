package doctor

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"pollpush/internal/report"
	"pollpush/internal/visible"
)

// schema is the version of the JSON.
const schema = "pollpush/doctor/v1"

// Document is what was found, as JSON. There is one for each variant of a scenario, one after the other.
type Document struct {
	Schema   string    `json:"schema"`            // the document's form, and the version of it
	Variant  string    `json:"variant,omitempty"` // the variant of the scenario that was looked at; absent where there are none
	Verdict  Verdict   `json:"verdict"`           // the worst of the findings'
	Findings []Finding `json:"findings"`          // what was looked at, in the order of the table
}

// Report is what a host was found to be.
type Report struct {
	Variant  string // of the scenario, "" where it has none
	Plan     Plan
	Findings []Finding
}

// Verdict returns the worst of all.
func (r Report) Verdict() Verdict {
	order := []Verdict{OK, Unknown, Warns, Refuses}
	worst := OK
	for _, f := range r.Findings {
		if slices.Index(order, f.Verdict) > slices.Index(order, worst) {
			worst = f.Verdict
		}
	}
	return worst
}

// Of returns the findings with a verdict.
func Of(v Verdict, findings []Finding) []Finding {
	var of []Finding
	for _, f := range findings {
		if f.Verdict == v {
			of = append(of, f)
		}
	}
	return of
}

// Write shows the report.
func (r Report) Write(w io.Writer, f report.Format) error {
	if f == report.JSON {
		return visible.WriteJSON(w, Document{schema, r.Variant, r.Verdict(), r.Findings})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.title())
	g := report.Grid{Labels: 5, Rows: [][]string{{"Check", "Needs", "Has", "Allows", "Verdict"}}}
	for _, v := range r.Findings {
		g.Rows = append(g.Rows, []string{v.Check, v.Needs, v.Has, v.Allows, string(v.Verdict)})
	}
	if err := report.WriteGrid(&b, f, g); err != nil {
		return err
	}
	b.WriteByte('\n')
	r.sentences(&b, f)
	_, err := io.WriteString(w, b.String())
	return err
}

// title says what was looked at.
func (r Report) title() string {
	s := r.Plan.Scenario
	var names []string
	for _, t := range (check{Plan: r.Plan}).transports() {
		names = append(names, report.Name(t))
	}
	where := "a target of their own on this host"
	switch {
	case r.Plan.Remote:
		where = "a target on another host"
	case r.Plan.Attached:
		where = "a target that runs already on this host"
	}
	return fmt.Sprintf("%s over %s, and %s", report.Plural(int64(s.Peak()), "client"), report.Listed(names), where)
}

// sentences adds what is wrong and what to do about it, the worst first.
func (r Report) sentences(b *strings.Builder, f report.Format) {
	for _, v := range []Verdict{Refuses, Warns} {
		for _, finding := range Of(v, r.Findings) {
			text := fmt.Sprintf("%s %s: %s", finding.Check, v, finding.Why)
			if finding.Cure != "" {
				text += ": " + finding.Cure
			}
			writeSentence(b, f, text, finding.Type)
		}
	}
	var unknown []string
	for _, finding := range Of(Unknown, r.Findings) {
		text := finding.Check
		if finding.Why != "" {
			text += " (" + finding.Why + ")"
		}
		unknown = append(unknown, text)
	}
	if len(unknown) > 0 {
		writeSentence(b, f, "not known here: "+report.Listed(unknown), "")
	}
	if v := r.Verdict(); v == OK || v == Unknown {
		writeSentence(b, f, "nothing that was looked at stands in the way", "")
	}
	writeSentence(b, f, "~ is computed, and the rest was read or measured just now; docs/doctor.md says how and why", "")
}

// writeSentence adds a sentence, and the command to type after it.
func writeSentence(b *strings.Builder, f report.Format, sentence, command string) {
	bullet, before, after := "", ":\n    ", ""
	if f == report.Markdown {
		bullet, before, after = "- ", ": `", "`"
	}
	b.WriteString(bullet + report.Prose(f, sentence))
	if command != "" {
		b.WriteString(before + command + after)
	}
	b.WriteByte('\n')
}
