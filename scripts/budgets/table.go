package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// row is a budget and what came of it.
type row struct {
	budget
	figure float64
	err    error // why there is no figure
}

// met reports whether the budget was measured and holds. What is shown is what is judged.
func (r row) met() bool { return r.err == nil && round(r.figure) <= r.bound }

// round keeps three digits, as figures are shown.
func round(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*scale) / scale
}

// writeTable writes the rows as a Markdown table that is straight in a terminal, too.
func writeTable(w io.Writer, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.TabIndent)
	_, _ = fmt.Fprint(t, "| budget\t| figure\t| bound\t| unit\t| met\t|\n| ---\t| ---\t| ---\t| ---\t| ---\t|\n") // Flush says what failed
	for _, r := range rows {
		figure, verdict := fmt.Sprint(round(r.figure)), "yes"
		if !r.met() {
			verdict = "NO"
		}
		if r.err != nil {
			figure, verdict = "none", "NO: "+strings.NewReplacer("\n", " ", "|", `\|`).Replace(r.err.Error())
		}
		_, _ = fmt.Fprintf(t, "| %s\t| %s\t| %v\t| %s\t| %s\t|\n", r.name, figure, r.bound, r.unit, verdict)
	}
	return t.Flush()
}
