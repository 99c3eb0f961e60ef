package main

import (
	"fmt"
	"io"

	"pollpush/internal/engine"
)

// progress prints a line for each phase of each trial, of a variant if it has a name.
func progress(w io.Writer, variant string) func(engine.Progress) {
	return func(p engine.Progress) {
		_, _ = fmt.Fprintf(w, "%5.1fs  %s%-10s trial %d/%d  %-8s  %d/%d clients connected, %d messages\n",
			p.Elapsed.Seconds(), column(variant), p.Transport, p.Trial, p.Trials, p.Phase, p.Ready, p.Clients, p.Delivered)
	}
}

// column is what stands before a line about a variant.
func column(variant string) string {
	if variant == "" {
		return ""
	}
	return variant + "  "
}
