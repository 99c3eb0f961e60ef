package compare

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pollpush/internal/golden"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/exchange"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

// drawn returns a result whose latencies are drawn: each trial has a luck of its own, which all its
// messages share. factor makes WebSocket slower.
func drawn(t *testing.T, seed uint64, trials int, factor float64) result.Result {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	s := scenario.Default()
	s.Transports, s.Trials = []scenario.Transport{scenario.ShortPoll, scenario.WebSocket}, trials
	r := result.Result{Schema: result.Schema, Target: "embedded", Scenario: s}
	r.Tool.Version, r.Tool.Commit, r.Tool.Go = "1.2.3", "abc", "go1.26"
	for i := range trials {
		for _, transport := range s.Transports {
			mean := 10 * factor
			if transport == scenario.ShortPoll {
				mean = 500
			}
			mean *= 1 + 0.05*random.NormFloat64()
			h := metrics.NewHistogram()
			for range 100 {
				h.Record(time.Duration(mean * random.ExpFloat64() * float64(time.Millisecond)))
			}
			latency, err := result.Summarize(h)
			if err != nil {
				t.Fatal(err)
			}
			n, lost := int64(100), int64(0)
			r.Trials = append(r.Trials, result.Trial{
				Transport: transport, Trial: i + 1, Complete: true, Clients: result.Clients{Asked: 10, Connected: 10},
				Messages: result.Messages{Published: &n, Expected: &n, Delivered: n, Lost: &lost}, Latency: latency,
				Wire:    result.Wire{Window: time.Second, Steady: result.Cost{Ledger: wire.Ledger{Messages: n, Down: wire.Bytes{Payload: 128 * n}}}},
				Server:  result.Server{Process: result.Process{CPUUser: time.Duration(1e6 * factor), RSS: 50e6}},
				Verdict: result.Verdict{State: result.Valid},
			})
		}
	}
	return r
}

func compared(t *testing.T, a, b result.Result) *Comparison {
	t.Helper()
	c, err := New(Side{"a.json", a}, Side{"b.json", b}, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *Comparison) find(t *testing.T, name string) Figure {
	t.Helper()
	m, err := metric.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := c.Figure(m)
	if !ok {
		t.Fatalf("%s is not compared", name)
	}
	return f
}

func TestFindings(t *testing.T) {
	base := drawn(t, 1, 7, 1)
	for _, v := range []struct {
		name   string
		b      result.Result
		metric string
		want   Finding
	}{
		{"slower", drawn(t, 2, 7, 1.5), "websocket.latency.mean", Worsened},
		{"faster", drawn(t, 2, 9, 0.5), "websocket.latency.mean", Improved},
		{"the same", drawn(t, 2, 7, 1), "websocket.latency.mean", NoneShown},
		{"the other transport", drawn(t, 2, 7, 1.5), "short-poll.latency.mean", NoneShown},
		{"equal in every trial", drawn(t, 2, 7, 1.5), "websocket.wire.bytes_per_message", NoneShown},
		{"few trials", drawn(t, 2, 5, 1.5), "websocket.latency.mean", TooFew},
		{"never read", drawn(t, 2, 7, 1.5), "websocket.wire.segments_per_message", NotMeasured},
	} {
		f := compared(t, base, v.b).find(t, v.metric)
		if f.Finding != v.want {
			t.Errorf("%s: %s (p %v), want %s", v.name, f.Finding, f.P, v.want)
		}
		if few := f.fewest() < MinTrials; few != (f.P == nil) {
			t.Errorf("%s: a p-value of %d trials: %v", v.name, f.fewest(), f.P)
		}
	}
	few := compared(t, base, drawn(t, 2, 5, 1.5)).find(t, "websocket.latency.mean")
	if got := few.Conclusion(); got != "too few trials for a p-value (5; 6 are needed)" {
		t.Errorf("of five trials: %s", got)
	}
}

// More deliveries are better, of what is expected neither more nor less, and from nothing there is no
// percentage.
func TestDirections(t *testing.T) {
	a, b := drawn(t, 1, 6, 1), drawn(t, 2, 6, 1)
	for i := range b.Trials {
		more, some := int64(200), int64(1)
		b.Trials[i].Messages = result.Messages{Expected: &more, Delivered: 200, Lost: &some}
	}
	c := compared(t, a, b)
	for name, want := range map[string]Finding{
		"websocket.messages.expected": Differs, "websocket.messages.delivered": Improved, "websocket.messages.lost": Worsened,
	} {
		if f := c.find(t, name); f.Finding != want {
			t.Errorf("%s: %s, want %s", name, f.Finding, want)
		}
	}
	if f := c.find(t, "websocket.messages.lost"); f.Change != nil || f.change() != none {
		t.Errorf("from 0 to 1: %v, %s", *f.Change, f.change())
	}
	if f := c.find(t, "websocket.messages.delivered"); *f.Change != 1 || f.change() != "+100.0 %" {
		t.Errorf("from 100 to 200: %v, %s", *f.Change, f.change())
	}
}

// Invalid trials have no say, in figures, p-values and distributions alike, and it is said.
func TestInvalidTrialsHaveNoSay(t *testing.T) {
	a, b := drawn(t, 1, 7, 1), drawn(t, 2, 7, 1)
	for i := range b.Trials {
		if b.Trials[i].Transport == scenario.WebSocket && b.Trials[i].Trial > 2 {
			b.Trials[i].Verdict.State = result.Invalid
			b.Trials[i].Latency.Max, b.Trials[i].Latency.Mean = time.Hour, time.Hour
		}
	}
	a.Trials[0].Verdict.State = result.Suspect
	c := compared(t, a, b)
	f := c.find(t, "websocket.latency.mean")
	if f.A.Trials != 7 || f.B.Trials != 2 || *f.B.Median > 1e9 || f.Finding != TooFew {
		t.Errorf("%+v: %s", f.B, f.Finding)
	}
	longest := c.Latency[1].Percentiles[len(percents)-1]
	if *longest.B >= time.Hour {
		t.Errorf("the longest took %v", *longest.B)
	}
	notes := strings.Join(c.Notes, "\n")
	for _, want := range []string{
		"b.json: 5 of 7 trials of websocket are invalid and have no say.", "a.json: 1 of 7 trials of short-poll are suspect.",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in\n%s", want, notes)
		}
	}
}

// Processes have memory and processor time each: over how many a run was spread is said where it is not the same.
func TestSpreadsThatDiffer(t *testing.T) {
	a, b := drawn(t, 1, 6, 1), drawn(t, 2, 6, 1)
	if notes := strings.Join(compared(t, a, b).Notes, "\n"); strings.Contains(notes, "spread") {
		t.Errorf("both are of one process each:\n%s", notes)
	}
	b.Processes, b.SourceAddresses = &result.Processes{Generators: 3, Targets: 2}, "127.0.0.2"
	want := "The runs were spread differently: A over one process each, B over 3 generators and 2 targets from 127.0.0.2."
	if notes := strings.Join(compared(t, a, b).Notes, "\n"); !strings.Contains(notes, want) {
		t.Errorf("no %q in\n%s", want, notes)
	}
}

// The distributions of all trials are merged. A mean of their percentiles would be another figure.
func TestSpreadIsMerged(t *testing.T) {
	a := drawn(t, 1, 2, 1)
	for i := range a.Trials {
		h := metrics.NewHistogram()
		for range 1 + 98*(a.Trials[i].Trial-1) { // 1 in the first, 99 in the second
			h.Record(time.Duration(a.Trials[i].Trial) * time.Second)
		}
		var err error
		if a.Trials[i].Latency, err = result.Summarize(h); err != nil {
			t.Fatal(err)
		}
	}
	s := compared(t, a, a).Latency[0].Percentiles
	for i, want := range map[int]float64{0: 1, 1: 2, 3: 2, 8: 2} {
		if got := s[i].A.Seconds(); math.Abs(got-want) > 0.01 {
			t.Errorf("%v %% within %v s, want %v", percents[i], got, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, v := range []struct {
		name   string
		change func(*result.Result)
		forced bool
		want   string
	}{
		{"incomplete", func(r *result.Result) { r.Trials = r.Trials[:3] }, true, "b.json is incomplete, 3 of 4 trials went through: run it again"},
		{"cut short", func(r *result.Result) { r.Trials[0].Complete = false }, true, "b.json is incomplete, 3 of 4"},
		{"empty", func(r *result.Result) { *r = result.Result{} }, true, "b.json cannot be used"},
		{"invalid", func(r *result.Result) {
			for i := range r.Trials {
				r.Trials[i].Verdict.State = result.Invalid
			}
		}, true, "b.json cannot be used, all its trials are invalid: bench report b.json says why"},
		{"another scenario", func(r *result.Result) { r.Scenario.Clients, r.Scenario.HTTP = 5, "" }, false,
			"a.json and b.json are of different scenarios (--clients 1000 and 5, --http 1.1 and (not stored)): compare what was measured alike, or add --force"},
		{"a profile of the same name", func(r *result.Result) { r.Headers.Fetch = []exchange.Field{{Name: "X"}} }, false, "--headers go and other fields that are called go"},
		{"nothing in common", func(r *result.Result) { r.Scenario.Transports = []scenario.Transport{"sse", "long-poll"} }, true, "no transport in common"},
		{"a broken histogram", func(r *result.Result) { r.Trials[0].Latency.HDR = "x" }, true, "b.json: decode histogram: "},
	} {
		b := drawn(t, 2, 2, 1)
		v.change(&b)
		_, err := New(Side{"a.json", drawn(t, 1, 2, 1)}, Side{"b.json", b}, v.forced)
		if err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v, want %q", v.name, err, v.want)
		}
	}
}

// How often each transport was measured may differ.
func TestNumbersOfTrialsMayDiffer(t *testing.T) {
	if c := compared(t, drawn(t, 1, 6, 1), drawn(t, 2, 8, 1)); len(c.Differences) != 0 {
		t.Errorf("%v", c.Differences)
	}
}

// What is shown decides nothing about what is significant: the correction is for all that decide.
func TestChoosingChangesNoFinding(t *testing.T) {
	c := compared(t, drawn(t, 1, 7, 1), drawn(t, 2, 7, 1.5))
	want := c.find(t, "websocket.latency.mean")
	if err := c.Choose([]string{"websocket.latency.*"}); err != nil {
		t.Fatal(err)
	}
	if got := c.find(t, "websocket.latency.mean"); *got.P != *want.P || len(c.Figures) != 6 {
		t.Errorf("p %v, was %v; %d figures", *got.P, *want.P, len(c.Figures))
	}
	if raw := 2.0 / 3432; math.Abs(*want.P-2*raw) > 1e-12 {
		t.Errorf("p = %v of seven trials wholly apart, one of two that decide; want twice %v", *want.P, raw)
	}
	if err := c.Choose([]string{"sse.latency.mean"}); err == nil {
		t.Error("a metric was chosen that there is not")
	}
}

// Where there is no difference, as many comparisons find one as the level says, and no more: in one metric
// that does not decide, and in any of the four that do.
func TestLevel(t *testing.T) {
	const comparisons, trials = 500, 8
	random := rand.New(rand.NewPCG(5, 6))
	draw := func() Side {
		var s Side
		for range trials {
			for _, transport := range scenario.Transports() {
				luck := random.NormFloat64()
				s.Result.Trials = append(s.Result.Trials, result.Trial{Transport: transport, Latency: result.Distribution{
					Count: 1, Mean: time.Duration(1e9 * math.Exp(0.1*luck)), Max: time.Duration(1e9 * random.ExpFloat64()),
				}})
			}
		}
		return s
	}
	var one, deciding int
	for range comparisons {
		var c Comparison
		c.judge(scenario.Transports(), draw(), draw())
		decided := false
		for _, f := range c.Figures {
			decided = decided || f.Metric.Decides && f.Finding.Significant()
			if f.Metric.Name() == "sse.latency.max" && f.Finding.Significant() {
				one++
			}
		}
		if decided {
			deciding++
		}
	}
	// With eight trials against eight, p < 0.05 is U <= 13: 642 of the 12870 ways to deal them out. Of all
	// comparisons as many find a difference, give or take four standard deviations of the binomial.
	within := func(what string, hits int, least, most float64) {
		spread := 4 * math.Sqrt(comparisons*most*(1-most))
		if low, high := comparisons*least-spread, comparisons*most+spread; float64(hits) < low || float64(hits) > high {
			t.Errorf("%s: %d of %d comparisons found a difference where there is none, want %.0f to %.0f", what, hits, comparisons, low, high)
		}
	}
	exact := 642.0 / 12870
	within("one metric", one, exact, exact)
	// Of four metrics, Holm's correction asks the first for p < 0.0125: U <= 8, 134 of the ways. Any of them
	// has it in 1 - (1 - 134/12870)^4 of all comparisons.
	holms := 1 - math.Pow(1-134.0/12870, 4)
	within("any that decides", deciding, holms, holms)
}

func TestGolden(t *testing.T) {
	slower := drawn(t, 2, 7, 1.5)
	other := drawn(t, 3, 2, 1)
	other.Scenario.Clients, other.Host.CPUs, other.Target = 10, 96, "http://127.0.0.1:1"
	other.Trials[1].Verdict.State = result.Invalid
	for _, v := range []struct {
		name   string
		format report.Format
		b      result.Result
		choose []string
	}{
		{"slower.txt", report.Table, slower, nil},
		{"slower.md", report.Markdown, slower, []string{"*.latency.*"}},
		{"slower.json", report.JSON, slower, []string{"*.latency.mean", "*.messages.lost"}},
		{"forced.txt", report.Table, other, []string{"*.latency.*"}},
		{"not deciding.txt", report.Table, other, []string{"websocket.latency.p99"}},
	} {
		c, err := New(Side{"a.json", drawn(t, 1, 7, 1)}, Side{"b <|>.json", v.b}, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Choose(v.choose); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := c.Write(&b, v.format); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, v.name, b.String())
		if v.format == report.JSON && !json.Valid(b.Bytes()) {
			t.Error("it is no JSON")
		}
	}
}

// Variants of one run took turns, and so it is said; results of two runs did not, whatever they are called.
func TestTurnsAreTold(t *testing.T) {
	a, b := drawn(t, 1, 6, 1), drawn(t, 2, 6, 1)
	told := func() bool { return strings.Contains(strings.Join(compared(t, a, b).Notes, " "), "took turns") }
	if told() {
		t.Error("two runs did not take turns")
	}
	a.Variant, b.Variant = "a", "b"
	if !told() {
		t.Error("two variants of one run took turns")
	}
	b.Started = b.Started.Add(time.Second)
	if told() {
		t.Error("two variants of different runs did not take turns")
	}
}
