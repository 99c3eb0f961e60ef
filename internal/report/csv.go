package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/visible"
)

// writeCSV writes a line for each transport of each result (RFC 4180): what it is of, what its figures are
// worth, the scenario by the flags that set it, and the figures, each with its unit in the head. Where figures
// were chosen, only those flags are there in which the results differ. Groups stand there as the scenario has them;
// what each of them had of a trial is in the JSON alone. What is not known is empty, and so are
// the figures of trials that are invalid.
func writeCSV(w io.Writer, kinds []*metric.Kind, sources []Source) error {
	flags := different(sources)
	if kinds == nil {
		flags, kinds = scenario.Default().Flags(), allKinds()
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := []string{"result", "variant", "started", "transport", "trials", "complete", "verdict"}
	for _, f := range flags {
		line = append(line, "scenario."+f.Name)
	}
	for _, k := range kinds {
		line = append(line, k.Column())
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, s := range sources {
		cs, err := columns(s.Result)
		if err != nil {
			return err
		}
		for _, c := range cs {
			if err := out.Write(csvLine(s, c, flags, kinds)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvLine(s Source, c column, flags []scenario.Flag, kinds []*metric.Kind) []string {
	line := []string{
		cell(s.Name), cell(s.Result.Variant), s.Result.Started.UTC().Format(time.RFC3339), cell(string(c.transport)), strconv.Itoa(c.trials),
		strconv.FormatBool(c.complete), cell(string(c.state)),
	}
	for _, f := range flags {
		line = append(line, cell(flagValue(s.Result, f.Name)))
	}
	for _, k := range kinds {
		text := ""
		if _, known := c.figure(k); known && c.state != result.Invalid {
			v, _ := k.Value(c.sum) // it is known
			text = k.Number(v)
		}
		line = append(line, text)
	}
	return line
}

// cell returns a text as a cell that no spreadsheet takes for a formula, see
// https://owasp.org/www-community/attacks/CSV_Injection.
func cell(text string) string {
	safe := visible.Line(text)
	if start := strings.TrimLeft(text, " \n"); start != "" && strings.ContainsAny(start[:1], "=+-@\t\r") {
		return "'" + safe
	}
	return safe
}

// different returns the flags in which the results' scenarios differ.
func different(sources []Source) []scenario.Flag {
	var flags []scenario.Flag
	for _, f := range scenario.Default().Flags() {
		for _, s := range sources[1:] {
			if flagValue(s.Result, f.Name) != flagValue(sources[0].Result, f.Name) {
				flags = append(flags, f)
				break
			}
		}
	}
	return flags
}

func flagValue(r result.Result, name string) string {
	for _, f := range r.Scenario.Flags() {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func allKinds() []*metric.Kind {
	kinds, _ := metric.Columns([]string{"*"}) // it fits all
	return kinds
}
