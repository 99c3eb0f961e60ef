package report

import (
	"fmt"
	"io"
	"strings"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// Format is how a result is shown.
type Format string

// The formats.
const (
	Table    Format = "table"
	Markdown Format = "markdown"
	JSON     Format = "json"
)

// Formats returns all formats.
func Formats() []Format { return []Format{Table, Markdown, JSON} }

// Write shows the result.
func Write(w io.Writer, f Format, r result.Result) error {
	switch f {
	case JSON:
		return r.Write(w)
	case Markdown:
		return write(w, markdownStyle(), "- ", r)
	case Table:
		return write(w, terminalStyle(), "", r)
	}
	return fmt.Errorf("format %q is unknown", f)
}

// write shows the table, what it says, what is wrong with it, and what it was measured with.
func write(w io.Writer, s style, bullet string, r result.Result) error {
	cs, err := columns(r)
	if err != nil {
		return err
	}
	var b strings.Builder
	if !r.Complete() {
		fmt.Fprintf(&b, "INCOMPLETE: the run was cut short after %s of %d.\n\n",
			plural(int64(len(r.Trials)), "trial"), r.Scenario.Trials*len(r.Scenario.Transports))
	}
	if len(cs) == 0 {
		fmt.Fprintln(&b, "Nothing was measured.")
	} else if err := writeTable(&b, s, cs); err != nil {
		return err
	}
	paragraph(&b, bullet, summary(cs))
	paragraph(&b, bullet, reasons(r))
	paragraph(&b, bullet, conditions(r))
	_, err = io.WriteString(w, b.String())
	return err
}

func paragraph(b *strings.Builder, bullet string, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	b.WriteByte('\n')
	for _, s := range sentences {
		fmt.Fprintf(b, "%s%s\n", bullet, oneLine(s))
	}
}

// reasons says why trials are not valid.
func reasons(r result.Result) []string {
	var texts []string
	invalid := false
	for _, t := range r.Trials {
		for _, reason := range t.Verdict.Reasons {
			texts = append(texts, fmt.Sprintf("%s, trial %d, %s: %s.", title[t.Transport], t.Trial, t.Verdict.State, reason))
		}
		invalid = invalid || t.Verdict.State == result.Invalid
	}
	if invalid {
		texts = append(texts, "Figures marked ? are of an invalid trial and must not be used.")
	}
	return texts
}

// conditions says what was measured, and on what.
func conditions(r result.Result) []string {
	s := r.Scenario
	keepAlive := "keep-alive"
	if !s.KeepAlive {
		keepAlive = "no keep-alive"
	}
	workload := fmt.Sprintf("Measured: %s on %s, %v messages/s each (%s), %d bytes; polls every %s (%s), held %s, %s; %s of %s after %s; seed %d.",
		plural(int64(s.Clients), "client"), plural(int64(s.Topics), "topic"), s.Rate, s.Arrivals, s.PayloadBytes,
		s.PollInterval, s.PollPacing, s.Hold, keepAlive, window(s), s.Duration, s.Warmup, s.Seed)
	h := r.Host
	machine := fmt.Sprintf("On: %s, %d × %s, %s; pollpush %s (%.12s); target %s.",
		orUnknown(h.Kernel), h.CPUs, orUnknown(h.CPUModel), r.Tool.Go, r.Tool.Version, r.Tool.Commit, r.Target)
	texts := []string{workload, machine}
	if r.Target == "embedded" {
		texts = append(texts, "Over loopback: no distance, no loss, and part of the receiver's work is done in the sender's system call.")
	}
	return texts
}

func window(s scenario.Scenario) string {
	if s.Trials == 1 {
		return "1 window"
	}
	return fmt.Sprintf("%d windows", s.Trials)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
