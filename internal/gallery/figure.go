package gallery

import (
	"fmt"

	"pollpush/internal/chart"
	"pollpush/internal/report"
	"pollpush/internal/result"
)

// Source is a result, and what it is called beside others.
type Source = report.Source

// Most is how many results can be told apart in one chart.
const Most = 4

// Figure is a chart and the figures behind it.
type Figure struct {
	Name  string // as a file, or an identifier, is named
	Chart chart.Chart
	Table Table
}

// Table is the figures of a chart, as texts. The first column says what a row is.
type Table struct {
	Head []string
	Rows [][]string
}

// figures are all charts, in the order in which they are shown.
var figures = []struct {
	name    string
	missing string // what is said where there is none, if anything
	of      func([]line) (Figure, bool)
}{
	{"latency-percentiles", "", percentiles},
	{"latency-over-time-p50", "There is no chart of latency over time: no trial has stored how its latency went.", overTime("p50", "half of the messages", func(s result.Slice) int64 { return int64(s.P50) })},
	{"latency-over-time-p99", "", overTime("p99", "99 of 100 messages", func(s result.Slice) int64 { return int64(s.P99) })},
	{"predicted", "There is no chart of predicted latency: no trial has a prediction.", predicted},
	{"bytes-by-layer", "", layers},
	{"requests", "", requests},
	{"setup", "", setup},
	{"server-cpu", "", serverCPU},
	{"server-memory", "", serverMemory},
}

// Of returns the figures that results have, and says which they do not have and why. There are Most results
// at the most.
func Of(sources []Source) (have []Figure, missing []string, err error) {
	if len(sources) > Most {
		return nil, nil, fmt.Errorf("%d results in one chart cannot be told apart: name at most %d", len(sources), Most)
	}
	lines, err := linesOf(sources)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range figures {
		figure, ok := f.of(lines)
		if !ok {
			if f.missing != "" && len(lines) > 0 {
				missing = append(missing, f.missing)
			}
			continue
		}
		figure.Name = f.name
		have = append(have, figure)
	}
	return have, missing, nil
}
