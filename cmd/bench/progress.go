package main

import (
	"fmt"
	"io"

	"pollpush/internal/engine"
)

// progress prints a line for each phase of each trial.
func progress(w io.Writer) func(engine.Progress) {
	return func(p engine.Progress) {
		_, _ = fmt.Fprintf(w, "%5.1fs  %-10s trial %d/%d  %-8s  %d/%d clients connected, %d messages\n",
			p.Elapsed.Seconds(), p.Transport, p.Trial, p.Trials, p.Phase, p.Ready, p.Clients, p.Delivered)
	}
}
