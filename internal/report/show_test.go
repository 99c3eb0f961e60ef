package report_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"pollpush/internal/golden"
	"pollpush/internal/link"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// predicted reads a run that the model was asked about.
func predicted(t *testing.T) result.Result {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "predicted.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func show(t *testing.T, o report.Options, results ...result.Result) string {
	t.Helper()
	var sources []report.Source
	for i, r := range results {
		sources = append(sources, report.Source{Name: fmt.Sprintf("%c.json", 'a'+i), Result: r})
	}
	var b bytes.Buffer
	if err := report.Show(&b, o, sources); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func chosen(t *testing.T, patterns ...string) []*metric.Kind {
	t.Helper()
	kinds, err := metric.Columns(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// Everything that can be said, in Chinese: a terminal and Markdown, both aligned by what characters take.
func TestChinese(t *testing.T) {
	r := load(t)
	r.Trials[0].Verdict = result.Verdict{
		State: result.Invalid, Reasons: []string{"late", "lost"}, Levels: []result.State{result.Suspect, result.Invalid},
	}
	r.Scenario.TLS, r.Scenario.Resume, r.Scenario.HTTP, r.Scenario.KeepAlive = true, true, scenario.HTTP2, false
	r.Scenario.Deflate, r.Scenario.Headers, r.Scenario.CookieBytes = scenario.DeflateTakeover, "chrome", 100
	r.Scenario.Link = link.Profile{Name: "4g", RTT: 50 * time.Millisecond, Jitter: time.Millisecond, Down: 9 * link.Mbit}
	r.Trials = r.Trials[:5]
	r.Trials[4].Clock = &result.Clock{Error: time.Millisecond}
	golden.Compare(t, "chinese.txt", show(t, report.Options{Format: report.Table, Lang: report.Chinese}, r))
	golden.Compare(t, "chinese.md", show(t, report.Options{Format: report.Markdown, Lang: report.Chinese}, predicted(t)))
	var b bytes.Buffer
	if err := report.WriteLayers(&b, report.Options{Format: report.Table, Lang: report.Chinese}, []report.Source{{Result: predicted(t)}}); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "chinese layers.txt", b.String())
}

// A reason is as bad as it is by itself; where the result does not tell, as bad as the whole.
func TestLevelsOfReasons(t *testing.T) {
	r := load(t)
	r.Trials[0].Verdict = result.Verdict{
		State: result.Invalid, Reasons: []string{"few", "lost"}, Levels: []result.State{result.Suspect, result.Invalid},
	}
	r.Trials[1].Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"old", "older"}}
	text := show(t, report.Options{}, r)
	for _, want := range []string{"suspect: few.", "invalid: lost.", "invalid: old.", "invalid: older."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Figures that were asked for are shown, with their headings and the verdict, and no others.
func TestChosenColumns(t *testing.T) {
	o := report.Options{Columns: chosen(t, "publish_lag.p99", "latency.p9*", "wire.tls_bytes_per_message")}
	golden.Compare(t, "columns.txt", show(t, o, load(t)))
}

// No line is wider than the terminal, and nothing of the wide table is missing.
func TestNarrowTerminals(t *testing.T) {
	r := predicted(t)
	table, _, _ := strings.Cut(show(t, report.Options{}, r), "\n\n")
	figures := strings.Fields(strings.ReplaceAll(table, "per 1000", ""))
	for _, lang := range report.Langs() {
		for width := 32; width < 120; width++ { // the longest label takes 31
			text := show(t, report.Options{Lang: lang, Width: width}, r)
			sentences := strings.LastIndex(text, "\n\n")
			sentences = strings.LastIndex(text[:sentences], "\n\n")
			text = text[:sentences]
			for line := range strings.Lines(text) {
				if w := twwidth.Width(strings.TrimRight(line, " \n")); w > width {
					t.Fatalf("%s, %d cells: %q takes %d", lang, width, line, w)
				}
			}
			for _, word := range figures {
				if _, err := strconv.ParseFloat(word, 64); err == nil && !strings.Contains(text, word) {
					t.Fatalf("%s, %d cells: %s is missing in\n%s", lang, width, word, text)
				}
			}
		}
	}
	golden.Compare(t, "two by two.txt", show(t, report.Options{Width: 66}, r))
	golden.Compare(t, "stacked.txt", show(t, report.Options{Width: 34, Color: true, Columns: chosen(t, "latency.p99", "predicted.mean")}, r))
}

// Colours are there only when they are asked for, and change nothing else.
func TestColor(t *testing.T) {
	r := load(t)
	r.Trials[0].Verdict.State = result.Invalid
	r.Trials[1].Verdict.State = result.Suspect
	colored := show(t, report.Options{Color: true}, r)
	for _, want := range []string{"\x1b[31minvalid\x1b[0m", "\x1b[33msuspect\x1b[0m", "\x1b[32mvalid\x1b[0m", "\x1b[1mDeliveries\x1b[0m"} {
		if !strings.Contains(colored, want) {
			t.Errorf("no %q in\n%s", want, colored)
		}
	}
	plain := strings.NewReplacer("\x1b[31m", "", "\x1b[33m", "", "\x1b[32m", "", "\x1b[1m", "", "\x1b[0m", "").Replace(colored)
	if plain != show(t, report.Options{}, r) {
		t.Errorf("without its colours it is\n%s", plain)
	}
}

// CSV has a line for each transport of each result. Numbers are numbers, and what is not known is empty.
func TestCSV(t *testing.T) {
	a, b := load(t), predicted(t)
	a.Trials[0].Verdict.State = result.Invalid
	golden.Compare(t, "two.csv", show(t, report.Options{Format: report.CSV}, a, b))
	golden.Compare(t, "columns.csv", show(t, report.Options{Format: report.CSV, Columns: chosen(t, "latency.p99", "predicted.excess")}, a, b))
}

// hostile returns a result whose every text tries to be more than one.
func hostile(t *testing.T, text string) result.Result {
	t.Helper()
	r := load(t)
	r.Host.CPUModel, r.Host.Kernel, r.Tool.Go, r.Tool.Version, r.Target = text, text, text, text, text
	r.Scenario.Headers, r.Scenario.Link.Name, r.Scenario.Link.RTT = text, text, 1
	r.Scenario.Arrivals, r.Scenario.PollPacing = scenario.Arrivals(text), scenario.Pacing(text)
	r.Scenario.Transports = append(r.Scenario.Transports, scenario.Transport(text))
	strange := r.Trials[0]
	strange.Transport, strange.Verdict.State = scenario.Transport(text), result.State(text)
	r.Trials = append(r.Trials, strange)
	r.Trials[1].Verdict = result.Verdict{State: result.Suspect, Reasons: []string{text}, Levels: []result.State{result.State(text)}}
	return r
}

// Nothing that a result says is obeyed by a terminal, turns the text round, or is a formula.
func TestHostileResult(t *testing.T) {
	for _, text := range []string{
		"\x1b]0;owned\x07\x1b[2J", "\u009b31m", "\u202egnp\u2066\u2069", "a\u200b\ufeff\u2028b", "bad \xff utf-8", "a\r\nb\tc",
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1", " =1",
		"<!-- pollpush:end -->", "<img src=x onerror=alert(1)>", "[click](javascript:alert(1))", "![](http://192.0.2.1/x)", "a | b", "`code`", `\`,
	} {
		r := hostile(t, text)
		for _, format := range report.ResultFormats() {
			if format == report.HTML {
				continue // drawn by internal/htmlreport, which has a test like this one
			}
			for _, lang := range report.Langs() {
				out := show(t, report.Options{Format: format, Lang: lang}, r)
				at := strings.IndexFunc(out, func(r rune) bool {
					return r != '\n' && (r != '\r' || format != report.CSV) && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
				})
				if at >= 0 {
					t.Errorf("%q: %s holds %q", text, format, out[max(0, at-20):at+10])
				}
				switch format {
				case report.Markdown:
					checkMarkdown(t, text, out)
				case report.CSV:
					checkCSV(t, text, out)
				}
			}
		}
	}
}

func checkMarkdown(t *testing.T, text, out string) {
	t.Helper()
	escaped := strings.NewReplacer(`\\`, "", `\[`, "", `\]`, "", "\\`", "")
	for _, bad := range []string{"<", "[", "]", "`"} {
		if strings.Contains(escaped.Replace(out), bad) {
			t.Errorf("%q: Markdown holds %q", text, bad)
		}
	}
	for line := range strings.Lines(out) {
		if bars := strings.Count(line, "|") - strings.Count(line, `\|`); strings.HasPrefix(line, "|") && bars != 7 {
			t.Errorf("%q: %d bars in %q", text, bars, line)
		}
	}
}

func checkCSV(t *testing.T, text, out string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for _, cell := range line {
			if _, err := strconv.ParseFloat(cell, 64); err != nil && strings.ContainsAny(strings.TrimLeft(cell+"x", " ")[:1], "=+-@\t\r") {
				t.Errorf("%q: the cell %q is a formula", text, cell)
			}
		}
	}
	if strings.Count(out, "\r\n") != len(lines) {
		t.Errorf("%q: %d lines end in CR LF, want %d", text, strings.Count(out, "\r\n"), len(lines))
	}
}
