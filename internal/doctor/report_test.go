package doctor_test

import (
	"strings"
	"testing"
	"time"

	"pollpush/internal/doctor"
	"pollpush/internal/golden"
	"pollpush/internal/host"
	"pollpush/internal/report"
	"pollpush/internal/scenario"
)

func write(t *testing.T, f report.Format, p doctor.Plan, r host.Reading) string {
	t.Helper()
	var b strings.Builder
	if err := (doctor.Report{Plan: p, Findings: doctor.Examine(p, r)}).Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A host with something of everything, and a process whose name would be markup.
func TestReport(t *testing.T) {
	r, p := healthy(), usual()
	polls(&p, 20*time.Millisecond)
	p.Scenario.Clients = 30_000
	r.Governors, r.Load = nil, &host.Load{Average: 1.5, Busy: 1.25, Top: host.Task{PID: 7, Name: "<a|b>", CPUs: 1}}
	golden.Compare(t, "sick.txt", write(t, report.Table, p, r))
	golden.Compare(t, "sick.md", write(t, report.Markdown, p, r))
	golden.Compare(t, "sick.json", write(t, report.JSON, p, r))
	golden.Compare(t, "healthy.txt", write(t, report.Table, usual(), healthy()))

	remote := usual()
	remote.Attached, remote.Remote, remote.Scenario.Transports = true, true, []scenario.Transport{scenario.SSE}
	golden.Compare(t, "remote.txt", write(t, report.Table, remote, healthy()))
}

// The findings for a variant say which one, and what is in them cannot be obeyed by a terminal.
func TestJSONOfAVariant(t *testing.T) {
	var b strings.Builder
	r := doctor.Report{Variant: "over-tls", Plan: usual(), Findings: []doctor.Finding{{Verdict: doctor.Warns, Why: "\u009b2J"}}}
	if err := r.Write(&b, report.JSON); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, `"variant": "over-tls"`) || !strings.Contains(text, `"\u009b2J"`) {
		t.Error(text)
	}
}

// The worst verdict is the report's.
func TestVerdict(t *testing.T) {
	for _, v := range []struct{ first, second, want doctor.Verdict }{
		{doctor.OK, doctor.OK, doctor.OK},
		{doctor.Unknown, doctor.OK, doctor.Unknown},
		{doctor.Warns, doctor.Unknown, doctor.Warns},
		{doctor.Warns, doctor.Refuses, doctor.Refuses},
	} {
		r := doctor.Report{Findings: []doctor.Finding{{Verdict: v.first}, {Verdict: v.second}}}
		if got := r.Verdict(); got != v.want {
			t.Errorf("%+v: %s", v, got)
		}
	}
}
