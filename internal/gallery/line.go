package gallery

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pollpush/internal/chart"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
)

// line is one transport of one result, its trials taken together.
type line struct {
	source    int
	of        int    // how many results there are
	from      string // the result's name
	transport scenario.Transport
	trials    []result.Trial
	sum       result.Trial
	latency   *metrics.Histogram
}

// linesOf returns the lines of results: transport by transport, the results of each side by side.
func linesOf(sources []Source) ([]line, error) {
	var lines []line
	for i, s := range sources {
		for _, transport := range s.Result.Scenario.Transports {
			trials := s.Result.Of(transport)
			if len(trials) == 0 {
				continue
			}
			sum, err := result.Merge(trials)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			latency, err := sum.Latency.Histogram()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			lines = append(lines, line{source: i, of: len(sources), from: s.Name, transport: transport, trials: trials, sum: sum, latency: latency})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.transport.Rank() - b.transport.Rank() })
	return lines, nil
}

// look is what a transport looks like in every chart.
var look = map[scenario.Transport]struct {
	ink  chart.Ink
	mark chart.Mark
}{
	scenario.ShortPoll: {chart.Orange, chart.Circle},
	scenario.LongPoll:  {chart.Purple, chart.Square},
	scenario.SSE:       {chart.Green, chart.Triangle},
	scenario.WebSocket: {chart.Blue, chart.Diamond},
}

func (l line) ink() chart.Ink {
	if ink := look[l.transport].ink; ink != "" {
		return ink
	}
	return chart.Slate
}

func (l line) mark() chart.Mark {
	if mark := look[l.transport].mark; mark != "" {
		return mark
	}
	return chart.Circle
}

// name is what the line is called, with what its figures are worth if they are not valid.
func (l line) name() string {
	name := report.Title(l.transport)
	if l.of > 1 {
		name += ", " + l.from
	}
	if worth := l.worth(); worth != "" {
		name += " (" + worth + ")"
	}
	return name
}

// worth says what is wrong with the figures, "" when nothing is.
func (l line) worth() string {
	switch {
	case !l.sum.Complete:
		return "incomplete"
	case l.sum.Verdict.State == result.Valid:
		return ""
	case l.sum.Verdict.State == result.Suspect:
		return string(result.Suspect)
	}
	return string(result.Invalid) // and what nobody knows cannot be relied on
}

// notes say which lines must be read with care.
func notes(lines []line) []string {
	var texts []string
	for _, worth := range []struct{ is, means string }{
		{"incomplete", "was cut short, so its figures are not those of a whole trial"},
		{string(result.Invalid), "has an invalid trial: its figures must not be used"},
		{string(result.Suspect), "has a suspect trial: one of its figures may be off"},
	} {
		var names []string
		for _, l := range lines {
			if l.worth() == worth.is {
				l.sum.Complete, l.sum.Verdict.State = true, result.Valid // the note says it
				names = append(names, l.name())
			}
		}
		if len(names) > 0 {
			texts = append(texts, fmt.Sprintf("%s: %s %s.", strings.ToUpper(worth.is), strings.Join(names, "; "), worth.means))
		}
	}
	return texts
}

// left says which lines a chart does not have, and why.
func left(all, shown []line, why string) []string {
	var names []string
	for _, l := range all {
		if !slices.ContainsFunc(shown, func(s line) bool { return s.source == l.source && s.transport == l.transport }) {
			names = append(names, l.name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Not shown, because %s: %s.", why, strings.Join(names, "; "))}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// none stands where there is no figure.
const none = "–"

// figure writes a value with its unit, and says which is no number.
func figure(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none
	}
	return strings.TrimSpace(report.Significant(v) + " " + unit)
}

// value is the line's figure of a name in the unit that it is shown in, no number where it is not known.
func (l line) value(name string) float64 {
	v, known := metric.Figure(name, l.sum)
	if !known {
		return math.NaN()
	}
	return v
}
