package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// What may be more after than before.
const (
	// heapPerStay is for what is kept of each that came: nothing. It is less than the smallest object that there is.
	heapPerStay = 8
	// heapPerClient is for what the runtime and net/http keep of their largest crowd: the descriptor of a goroutine,
	// some 400 bytes, and a map's place are never given back. The crowd of one round is a little larger than that of
	// another, as clients come while others leave.
	heapPerClient = 256
	// heapSlack is what two readings of a process at rest differ by: the buffers of the answer that is the
	// reading, the record of the last publication, a timer that has not fired yet.
	heapSlack = 256 << 10
	// Resident memory goes down when the runtime gives pages back, which it does beside its work and down to a
	// tenth more than it had in use; where pages are half empty they stay.
	residentPart  = 4 // a quarter of what there was before
	residentSlack = 16 << 20
)

// row is one figure of one process.
type row struct {
	process, figure           string
	before, peak, after, most int64
	bytes                     bool
}

func (r row) returned() bool { return r.after <= r.most }

// compare returns what there was of each figure, and what there may be after so many clients made stays
// subscriptions.
func compare(before *states, peak states, after *states, clients, stays int) []row {
	heap := int64(heapSlack + heapPerClient*clients + heapPerStay*stays)
	rows := rowsOf("target", before.target, peak.target, after.target, heap)
	return append(rows, rowsOf("generator", before.generator, peak.generator, after.generator, heap)...)
}

// rowsOf returns those of one process, which may have so much more of its heap in use.
func rowsOf(process string, before, peak, after state, heap int64) []row {
	return []row{
		{process, "goroutines", before.goroutines, peak.goroutines, after.goroutines, before.goroutines, false},
		{process, "open files", before.files, peak.files, after.files, before.files, false},
		{process, "heap in use", before.heap, peak.heap, after.heap, before.heap + heap, true},
		{
			process, "resident memory", before.resident, peak.resident, after.resident,
			before.resident + before.resident/residentPart + residentSlack, true,
		},
	}
}

// verdict returns an error that names what did not return.
func verdict(rows []row) error {
	var wrong []string
	for _, r := range rows {
		if !r.returned() {
			wrong = append(wrong, fmt.Sprintf("%s of the %s: %s after and at most %s expected", r.figure, r.process, r.show(r.after), r.show(r.most)))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New("not all is as it was before: " + strings.Join(wrong, "; "))
}

// show writes a figure with its unit.
func (r row) show(v int64) string {
	if r.bytes {
		return strconv.FormatFloat(float64(v)/1e6, 'f', 2, 64) + " MB"
	}
	return strconv.FormatInt(v, 10)
}

// writeTable writes the rows as a Markdown table that is straight in a terminal, too.
func writeTable(w io.Writer, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.TabIndent)
	_, _ = fmt.Fprint(t, "| process\t| figure\t| before\t| peak\t| after\t| at most\t| returned\t|\n"+ // Flush says what failed
		"| ---\t| ---\t| ---:\t| ---:\t| ---:\t| ---:\t| ---\t|\n")
	for _, r := range rows {
		verdict := "yes"
		if !r.returned() {
			verdict = "NO"
		}
		_, _ = fmt.Fprintf(t, "| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n",
			r.process, r.figure, r.show(r.before), r.show(r.peak), r.show(r.after), r.show(r.most), verdict)
	}
	return t.Flush()
}
