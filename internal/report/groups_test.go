package report_test

import (
	"strings"
	"testing"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"pollpush/internal/golden"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// mixed makes a variant of the run whose groups have transports of their own.
func mixed(r *result.Result) {
	grouped(r)
	s := &r.Scenario
	s.Groups[0].Transport, s.Groups[1].Transport = scenario.SSE, scenario.WebSocket
	s.Transports, r.Trials, r.Variant = []scenario.Transport{scenario.Mixed}, r.Trials[:1], "busy"
	t := &r.Trials[0]
	t.Transport, t.Groups[0].Transport, t.Groups[1].Transport = scenario.Mixed, scenario.SSE, scenario.WebSocket
}

// Groups, stages, variants and the mix of transports are spoken of in each language.
func TestMixed(t *testing.T) {
	r := load(t)
	mixed(&r)
	golden.Compare(t, "mixed.txt", show(t, report.Options{}, r))
	golden.Compare(t, "chinese mixed.txt", show(t, report.Options{Lang: report.Chinese}, r))
	golden.Compare(t, "mixed.csv", show(t, report.Options{Format: report.CSV, Columns: chosen(t, "latency.p99", "messages.empty_share")}, r, load(t)))
}

// On a narrow terminal groups have their figures below each other, and none is missing.
func TestNarrowGroups(t *testing.T) {
	r := load(t)
	mixed(&r)
	for _, lang := range report.Langs() {
		wide, narrow := show(t, report.Options{Lang: lang}, r), show(t, report.Options{Lang: lang, Width: 40}, r)
		table := func(text string) string { return strings.Split(text, "\n\n")[2] }
		for line := range strings.Lines(table(narrow)) {
			if w := twwidth.Width(strings.TrimRight(line, " \n")); w > 40 {
				t.Errorf("%s: %q takes %d", lang, line, w)
			}
		}
		for _, figure := range strings.Fields(table(wide)[strings.LastIndex(table(wide), "─"):]) {
			if strings.Trim(figure, "─") != "" && !strings.Contains(table(narrow), figure) {
				t.Errorf("%s: no %s in\n%s", lang, figure, table(narrow))
			}
		}
	}
}

// A group's name cannot become anything else: results may come from strangers.
func TestGroupNamesAreEscaped(t *testing.T) {
	r := load(t)
	mixed(&r)
	r.Trials[0].Groups[0].Name = "a|<b>\x1b[31m"
	if text := show(t, report.Options{Format: report.Markdown}, r); !strings.Contains(text, `| a\|&lt;b>`) || strings.Contains(text, "\x1b") {
		t.Error(text)
	}
}
