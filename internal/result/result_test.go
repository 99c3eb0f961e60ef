package result_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/metrics"
	"pollpush/pkg/wire"
)

func sample(t *testing.T) result.Result {
	t.Helper()
	h := metrics.NewHistogram()
	for i := range 1000 {
		h.Record(time.Duration(i) * time.Millisecond)
	}
	latency, err := result.Summarize(h)
	if err != nil {
		t.Fatal(err)
	}
	var published, expected, lost, difference int64 = 8, 8000, 0, 7
	return result.Result{
		Schema: result.Schema, Scenario: scenario.Default(),
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Trials: []result.Trial{{
			Transport: scenario.WebSocket, Trial: 1, Complete: true, ScheduleHash: "0123456789abcdef",
			Messages: result.Messages{Published: &published, Expected: &expected, Delivered: 8000, Lost: &lost},
			Clock:    &result.Clock{Offset: time.Hour, Error: time.Millisecond, Drift: -time.Microsecond},
			Latency:  latency,
			Wire:     result.Wire{Steady: result.Cost{Ledger: wire.Ledger{Messages: 3, Down: wire.Bytes{Payload: 1, Framing: 2, Header: 3, Handshake: 4, TLS: 5, Control: 1}}}},
			Server:   result.Server{Process: result.Process{CPUUser: 1, CPUSystem: 2}, Books: result.Books{Difference: &difference}},
			Verdict:  result.Verdict{State: result.Valid, Reasons: []string{}},
		}},
	}
}

func TestRoundTrip(t *testing.T) {
	want := sample(t)
	var b bytes.Buffer
	if err := want.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := result.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back = %+v\nwant %+v", got, want)
	}
}

// The names that other tools read are a promise.
func TestFieldNames(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(b.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"schema", "tool.version", "host.kernel", "scenario.seed",
		"trials.transport", "trials.trial", "trials.complete", "trials.schedule_hash", "trials.clients.asked", "trials.clients.connected",
		"trials.messages.published", "trials.messages.expected", "trials.messages.delivered", "trials.messages.lost",
		"trials.messages.duplicated", "trials.messages.reordered",
		"trials.latency.count", "trials.latency.mean_ns", "trials.latency.min_ns", "trials.latency.p50_ns",
		"trials.latency.p90_ns", "trials.latency.p99_ns", "trials.latency.p999_ns", "trials.latency.max_ns", "trials.latency.hdr",
		"trials.publish_lag.count", "trials.poll_lag.count", "trials.generator_lag.count", "trials.wire.window_ns",
		"trials.wire.setup.messages", "trials.wire.steady.connections", "trials.wire.other.tls_full", "trials.wire.total.tls_resumed",
		"trials.wire.total.upgrades", "trials.wire.total.requests", "trials.wire.total.requests_with_messages",
		"trials.wire.total.requests_empty", "trials.wire.total.requests_failed", "trials.wire.total.frames",
		"trials.wire.steady.up.payload_bytes", "trials.wire.steady.up.framing_bytes", "trials.wire.steady.up.header_bytes",
		"trials.wire.steady.up.handshake_bytes", "trials.wire.steady.up.tls_bytes", "trials.wire.steady.up.socket_bytes",
		"trials.wire.steady.down.control_bytes",
		"trials.server.cpu_user_ns", "trials.server.cpu_system_ns", "trials.server.rss_bytes", "trials.server.goroutines",
		"trials.server.books.difference_bytes", "trials.generator.cpu_user_ns", "trials.verdict.state", "trials.clock.offset_ns", "trials.clock.error_ns", "trials.clock.drift_ns", "trials.verdict.reasons",
	} {
		node := tree
		for name := range strings.SplitSeq(path, ".") {
			if list, ok := node.([]any); ok {
				node = list[0]
			}
			fields, ok := node.(map[string]any)
			if !ok {
				t.Fatalf("%s: %v is no object", path, node)
			}
			if node, ok = fields[name]; !ok {
				t.Fatalf("%s is not there", path)
			}
		}
	}
}

func TestReadRefusesWhatIsNoResult(t *testing.T) {
	for text, want := range map[string]string{
		`{"schema":"pollpush/result/v9"}`: `schema "pollpush/result/v9", want "pollpush/result/v1"`,
		`[]`:                              "cannot unmarshal",
		``:                                "it is empty",
		`{"schema":"pollpush/result/v1","trials":[`: "it is cut short",
		`{"schema":"pollpush/result/v1"} {}`:        "something follows it",
	} {
		if _, err := result.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: err = %v, want %q", text, err, want)
		}
	}
	unknown := `{"schema":"pollpush/result/v1","added later":1,"trials":[]}`
	if _, err := result.Read(strings.NewReader(unknown)); err != nil {
		t.Errorf("a field that was added later: %v", err)
	}
}

// Percentiles are read off the merged histogram: that of two runs is not the mean of theirs.
func TestDistributionsMerge(t *testing.T) {
	a, b := metrics.NewHistogram(), metrics.NewHistogram()
	for range 900 {
		a.Record(time.Millisecond)
	}
	for range 100 {
		b.Record(time.Second)
	}
	merged := metrics.NewHistogram()
	for _, h := range []*metrics.Histogram{a, b} {
		d, err := result.Summarize(h)
		if err != nil {
			t.Fatal(err)
		}
		back, err := d.Histogram()
		if err != nil {
			t.Fatal(err)
		}
		merged.Merge(back)
	}
	if merged.Count() != 1000 || merged.Percentile(50) > 1001*time.Microsecond || merged.Percentile(95) < 999*time.Millisecond {
		t.Errorf("count %d, p50 %v, p95 %v", merged.Count(), merged.Percentile(50), merged.Percentile(95))
	}
	if merged.Min() != time.Millisecond || merged.Max() != time.Second || merged.Mean() != 100_900*time.Microsecond {
		t.Errorf("min %v, max %v, mean %v: want them exact", merged.Min(), merged.Max(), merged.Mean())
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "r.json")
	if err := os.WriteFile(path, []byte("what stood there"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := result.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if b, err := os.ReadFile(path); err != nil || string(b) != "what stood there" {
		t.Errorf("after Discard: %q, %v", b, err)
	}
	if f, err = result.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(sample(t).Write); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	stored, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stored.Close() }()
	if _, err := result.Read(stored); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if _, err := result.Create(filepath.Join(dir, "missing", "r.json")); err == nil {
		t.Error("a folder that is not there was taken")
	}
	if _, err := result.Create(dir); err == nil {
		t.Error("a folder was taken for a file")
	}
}

// Trials taken together are the sum of theirs, and do not know what one of them does not.
func TestMerge(t *testing.T) {
	first, second := sample(t).Trials[0], sample(t).Trials[0]
	slow := metrics.NewHistogram()
	slow.Record(time.Minute)
	var err error
	if second.Latency, err = result.Summarize(slow); err != nil {
		t.Fatal(err)
	}
	first.Wire.Steady.Packets, second.Wire.Steady.Packets = &wire.Traffic{Up: wire.Packets{Segments: 1}}, &wire.Traffic{Up: wire.Packets{Segments: 2}}
	first.Wire.Total.Packets = &wire.Traffic{}
	first.Server.RSS, second.Server.RSS = 5, 3
	first.Dials, second.Dials = &result.Dials{Retried: 2, ListenOverflows: new(int64)}, &result.Dials{Retried: 3}
	first.Processes = []result.ProcessShare{{Role: result.Generator, Number: 1}}
	second.Messages.Lost = nil
	second.Verdict = result.Verdict{State: result.Suspect, Reasons: []string{"late"}}
	sum, err := result.Merge([]result.Trial{first, second})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Latency.Count != 1001 || sum.Latency.Max != time.Minute || sum.Latency.P50 > 501*time.Millisecond {
		t.Errorf("latency %+v", sum.Latency)
	}
	if *sum.Messages.Expected != 16000 || sum.Messages.Delivered != 16000 || sum.Messages.Lost != nil {
		t.Errorf("messages %+v", sum.Messages)
	}
	if sum.Wire.Steady.Messages != 6 || sum.Wire.Steady.Down.TLS != 10 || sum.Wire.Steady.Packets.Up.Segments != 3 || sum.Wire.Total.Packets != nil {
		t.Errorf("wire %+v", sum.Wire)
	}
	if sum.Server.CPU() != 6 || sum.Server.RSS != 5 || *sum.Server.Books.Difference != 14 {
		t.Errorf("server %+v", sum.Server)
	}
	if sum.Dials.Retried != 5 || sum.Dials.ListenOverflows != nil || sum.Processes != nil {
		t.Errorf("dials %+v, processes %+v", sum.Dials, sum.Processes)
	}
	if sum.Verdict.State != result.Suspect || len(sum.Verdict.Reasons) != 1 || *first.Messages.Expected != 8000 {
		t.Errorf("verdict %+v, first %+v", sum.Verdict, first.Messages)
	}
	if turned, err := result.Merge([]result.Trial{second, first}); err != nil || turned.Messages.Lost != nil || *turned.Messages.Expected != 16000 {
		t.Errorf("the other way round: %+v, %v", turned.Messages, err)
	}
	if one, err := result.Merge([]result.Trial{first}); err != nil || !reflect.DeepEqual(one, first) {
		t.Errorf("one trial alone: %+v, %v", one, err)
	}
	second.Latency.HDR = "broken"
	if _, err := result.Merge([]result.Trial{first, second}); err == nil {
		t.Error("a histogram that cannot be read was taken")
	}
}

// Reasons keep their levels when trials are taken together; where one does not tell, they are as bad as it.
func TestLevelsMerge(t *testing.T) {
	a, b, old := sample(t).Trials[0], sample(t).Trials[0], sample(t).Trials[0]
	a.Verdict = result.Verdict{State: result.Invalid, Reasons: []string{"few", "lost"}, Levels: []result.State{result.Suspect, result.Invalid}}
	old.Verdict = result.Verdict{State: result.Suspect, Reasons: []string{"old"}}
	sum, err := result.Merge([]result.Trial{a, b, old})
	if err != nil {
		t.Fatal(err)
	}
	want := []result.State{result.Suspect, result.Invalid, result.Suspect}
	if !reflect.DeepEqual(sum.Verdict.Levels, want) || len(sum.Verdict.Reasons) != 3 {
		t.Errorf("%+v, want the levels %v", sum.Verdict, want)
	}
}

// A file that is replaced keeps its permissions, and a link to it stays one.
func TestReplacingAFile(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	f, err := result.Create(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if target, err := os.Readlink(link); err != nil || target != "file" {
		t.Errorf("the link is %q, %v", target, err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("it holds %q, %v", text, err)
	}
}
