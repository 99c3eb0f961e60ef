package report_test

import (
	"regexp"
	"slices"
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

// The clients of a group are those of one trial, however many trials there were; its deliveries are those of all.
func TestClientsOfGroups(t *testing.T) {
	r := load(t)
	mixed(&r)
	second := r.Trials[0]
	second.Trial, second.Groups = 2, slices.Clone(second.Groups)
	r.Trials = append(r.Trials, second)
	delivered := 2 * second.Groups[0].Messages.Delivered
	row := func() string {
		text := show(t, report.Options{Format: report.Markdown}, r)
		return regexp.MustCompile(`(?m)^\| phones .*$`).FindString(text)
	}
	if got, want := strings.Fields(row())[5:8], []string{"1,200", "|", report.Grouped(delivered)}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	second.Groups[0].Clients.Connected = 1190
	if got := strings.Fields(row())[5]; got != "1,190–1,200" {
		t.Errorf("%q clients where trials differ", got)
	}
}

// How hard it was to connect is said as far as it is known: what the kernel does not tell is not 0.
func TestDials(t *testing.T) {
	r := load(t)
	r.Trials = r.Trials[:2]
	const nobody, full = "nobody answered 3 connections at first.", "listen queues of this host were full"
	for _, v := range []struct {
		name        string
		first, more *result.Dials
		want        []string
	}{
		{"all is known", &result.Dials{Retried: 2, ListenOverflows: new(int64(4))}, &result.Dials{Retried: 1, ListenOverflows: new(int64)}, []string{nobody, full + " 4 times."}},
		{"none", &result.Dials{ListenOverflows: new(int64)}, &result.Dials{ListenOverflows: new(int64)}, nil},
		{"not told", &result.Dials{Retried: 2}, &result.Dials{Retried: 1}, []string{nobody}},
		{"told once", &result.Dials{Retried: 3}, &result.Dials{ListenOverflows: new(int64(4))}, []string{nobody, full + " at least 4 times"}},
		{"known to be 0", &result.Dials{Retried: 3, ListenOverflows: new(int64)}, &result.Dials{ListenOverflows: new(int64)}, []string{nobody, full + " 0 times."}},
		{"only full", &result.Dials{ListenOverflows: new(int64(1))}, nil, []string{full + " at least 1 time;"}},
	} {
		r.Trials[0].Dials, r.Trials[1].Dials = v.first, v.more
		text := show(t, report.Options{}, r)
		for _, want := range v.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", v.name, want, text)
			}
		}
		if n := strings.Count(text, "While the clients connected"); n != len(v.want) {
			t.Errorf("%s: %d sentences, want %d", v.name, n, len(v.want))
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
