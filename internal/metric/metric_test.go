package metric_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pollpush/internal/metric"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

func count(n int64) *int64 { return &n }

// trial is one whose figures can be worked out by hand.
func trial() result.Trial {
	lag := func(d time.Duration) result.Distribution { return result.Distribution{Count: 1, P99: d} }
	return result.Trial{
		Transport: scenario.ShortPoll,
		Clients:   result.Clients{Asked: 4, Connected: 4},
		Messages:  result.Messages{Expected: count(10), Delivered: 8, Lost: count(2), Duplicated: 1},
		Latency:   result.Distribution{Count: 8, Mean: 1e6, P50: 2e6, P90: 3e6, P99: 4e6, P999: 5e6, Max: 6e6},
		Wire: result.Wire{
			Window: 2 * time.Second,
			Setup: result.Cost{Ledger: wire.Ledger{
				Connections: 4, TLSFull: 2, TLSResumed: 1, Requests: 8, Upgrades: 2, Up: wire.Bytes{Header: 300}, Down: wire.Bytes{Header: 100},
			}},
			Steady: result.Cost{
				Ledger: wire.Ledger{
					Messages: 8, Requests: 6, RequestsEmpty: 3, RequestsWithMessages: 2, Connections: 4, Upgrades: 1, TLSFull: 3, TLSResumed: 2,
					Up: wire.Bytes{Header: 16, Framing: 8}, Down: wire.Bytes{Header: 8, Payload: 800, TLS: 4, Handshake: 2},
				},
				Packets: &wire.Traffic{Up: wire.Packets{Segments: 8, IPBytes: 80}, Down: wire.Packets{Segments: 16, IPBytes: 160}},
			},
		},
		Server:       result.Server{Process: result.Process{CPUUser: 3e6, CPUSystem: 1e6, RSS: 50e6, Goroutines: 9}},
		Predicted:    &result.Prediction{Mean: 250e3, P99: new(time.Duration(3e6)), RequestsPerSecond: 2.5},
		PublishLag:   lag(7e6),
		PollLag:      lag(8e6),
		GeneratorLag: lag(9e6),
	}
}

// A figure is read by its name in the unit that it is shown in, where the transport has it.
func TestFigure(t *testing.T) {
	some := trial()
	for name, want := range map[string]float64{"latency.mean": 1, "server.memory": 50, "messages.empty_share": 0.5, "wire.requests_per_second": 3} {
		if v, known := metric.Figure(name, some); v != want || !known {
			t.Errorf("%s is %v, %v, want %v", name, v, known, want)
		}
	}
	some.Transport = scenario.SSE
	for _, name := range []string{"messages.empty_share", "latency", ""} {
		if v, known := metric.Figure(name, some); v != 0 || known {
			t.Errorf("%q of SSE is %v, %v", name, v, known)
		}
	}
}

// A figure is written to its sixth digit, so that none that is there becomes 0.
func TestSmallFigures(t *testing.T) {
	k, ok := metric.ByName("messages.empty_share")
	if !ok {
		t.Fatal("there is no such figure")
	}
	for v, want := range map[float64]string{
		0: "0", 1. / 3: "0.333333", 0.0000000123456789: "0.0000000123457", -1e-9: "-0.000000001", 12.00000049: "12", 1234.5678915: "1234.567892",
	} {
		if got := k.Number(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

// The names that thresholds are held to are a promise, and so is what they mean.
func TestValues(t *testing.T) {
	want := map[string]string{
		"latency.mean": "1 ms", "latency.p50": "2 ms", "latency.p90": "3 ms", "latency.p99": "4 ms", "latency.p999": "5 ms", "latency.max": "6 ms",
		"messages.expected": "10", "messages.delivered": "8", "messages.lost": "2", "messages.duplicated": "1",
		"predicted.mean": "0.25 ms", "predicted.p99": "3 ms", "predicted.excess": "0.75 ms", "predicted.requests_per_second": "2.5/s",
		"messages.empty_share": "0.5", "messages.per_answer": "4",
		"wire.bytes_per_message": "104.75 B", "wire.payload_bytes_per_message": "100 B", "wire.framing_bytes_per_message": "1 B",
		"wire.tls_bytes_per_message": "0.5 B", "wire.handshake_bytes_per_message": "0.25 B",
		"wire.upgrades_per_second": "0.5/s", "wire.tls_full_per_second": "1.5/s", "wire.tls_resumed_per_second": "1/s",
		"setup.connections_per_client": "1", "setup.tls_per_client": "0.75", "setup.requests_per_client": "2", "setup.upgrades_per_client": "0.5",
		"wire.header_bytes_per_message": "3 B",
		"wire.segments_per_message":     "3", "wire.ip_bytes_per_message": "30 B",
		"wire.requests_per_second": "3/s", "wire.connections_per_second": "2/s", "setup.bytes_per_client": "100 B",
		"server.cpu_per_1000": "500 ms", "server.memory": "50 MB", "server.goroutines": "9",
		"publish_lag.p99": "7 ms", "poll_lag.p99": "8 ms", "generator_lag.p99": "9 ms",
	}
	all := metric.Of([]scenario.Transport{scenario.ShortPoll})
	if len(all) != len(want) || len(all) != len(metric.Kinds()) {
		t.Errorf("%d metrics, want %d", len(all), len(want))
	}
	for _, m := range all {
		v, known := m.Value(trial())
		if got := m.Text(v); !known || got != want[m.Kind.Name] {
			t.Errorf("%s = %s (known: %v), want %s", m.Name(), got, known, want[m.Kind.Name])
		}
	}
}

// What a trial does not tell is not known, and never 0.
func TestUnknownValues(t *testing.T) {
	always := map[string]bool{"messages.delivered": true, "messages.duplicated": true}
	for _, m := range metric.Of(scenario.Transports()) {
		if v, known := m.Value(result.Trial{}); known != always[m.Kind.Name] {
			t.Errorf("%s of an empty trial = %v, known: %v", m.Name(), v, known)
		}
	}
}

func TestWhichDecide(t *testing.T) {
	var deciding []string
	for _, m := range metric.Of(scenario.Transports()) {
		if m.Decides {
			deciding = append(deciding, m.Name())
		}
		if m.Transport != scenario.ShortPoll && strings.HasPrefix(m.Kind.Name, "poll_lag") {
			t.Errorf("%s: it does not ask by the clock", m.Name())
		}
	}
	want := []string{"short-poll.latency.mean", "long-poll.latency.mean", "sse.latency.mean", "websocket.latency.mean"}
	if !reflect.DeepEqual(deciding, want) {
		t.Errorf("%v decide, want %v", deciding, want)
	}
}

func TestChoose(t *testing.T) {
	all := metric.Of([]scenario.Transport{scenario.LongPoll, scenario.WebSocket})
	for _, v := range []struct {
		patterns []string
		want     string // the names, or what is wrong
	}{
		{[]string{"websocket.latency.max", "*.latency.mean"}, "long-poll.latency.mean websocket.latency.mean websocket.latency.max"},
		{[]string{"*.messages.[ld]*"}, "long-poll.messages.delivered long-poll.messages.lost long-poll.messages.duplicated websocket.messages.delivered websocket.messages.lost websocket.messages.duplicated"},
		{[]string{"*.latency.mean", "*.pigeons"}, `"*.pigeons" fits no metric that is there`},
		{[]string{"websocket.latncy.max"}, `"websocket.latncy.max" is no metric: did you mean websocket.latency.max?`},
		{[]string{"sse.latency.max"}, `"sse.latency.max" is not there: its transport was not measured`},
		{[]string{"[*"}, `"[*" cannot be understood`},
	} {
		chosen, err := metric.Choose(all, v.patterns)
		var names []string
		for _, m := range chosen {
			names = append(names, m.Name())
		}
		if got := strings.Join(names, " "); err == nil && got != v.want {
			t.Errorf("%q: %s, want %s", v.patterns, got, v.want)
		} else if err != nil && !strings.Contains(err.Error(), v.want) {
			t.Errorf("%q: %v, want %s", v.patterns, err, v.want)
		}
	}
	chosen, err := metric.Choose(all, nil)
	if err != nil || len(chosen) < 40 {
		t.Errorf("no pattern chose %d of %d, %v", len(chosen), len(all), err)
	}
	for _, m := range chosen {
		if m.Detail {
			t.Errorf("no pattern chose %s", m.Name())
		}
	}
}

// Figures are chosen by their names without a transport, in the order of the table.
func TestColumns(t *testing.T) {
	for _, v := range []struct {
		patterns []string
		want     string // the columns, or what is wrong
	}{
		{[]string{"server.memory", " latency.p99 "}, "latency.p99_ms server.memory_MB"},
		{[]string{"wire.*_per_second", "messages.lost"}, "messages.lost wire.requests_per_second wire.connections_per_second wire.upgrades_per_second wire.tls_full_per_second wire.tls_resumed_per_second"},
		{[]string{"latency.p98"}, `"latency.p98" is no figure: did you mean latency.p9`},
		{[]string{"p99"}, `"p99" is no figure: did you mean latency.p99?`},
		{[]string{"requests"}, `"requests" is no figure: did you mean predicted.requests_per_second?`},
		{[]string{"carrier pigeons"}, `"carrier pigeons" is no figure: want GROUP.NAME, as latency.p99, or GROUP.*, of the groups latency, predicted, messages, wire`},
		{[]string{"websocket.latency.p99"}, `did you mean latency.p99?`},
		{[]string{"pigeons.*"}, `"pigeons.*" fits no figure`},
		{[]string{"[*"}, `"[*" cannot be understood`},
		{[]string{""}, `"" is no figure`},
	} {
		chosen, err := metric.Columns(v.patterns)
		var names []string
		for _, k := range chosen {
			names = append(names, k.Column())
		}
		if got := strings.Join(names, " "); err == nil && got != v.want {
			t.Errorf("%q: %s, want %s", v.patterns, got, v.want)
		} else if err != nil && !strings.Contains(err.Error(), v.want) {
			t.Errorf("%q: %v, want %s", v.patterns, err, v.want)
		}
	}
}

func TestChange(t *testing.T) {
	for _, v := range []struct{ a, b, want float64 }{
		{100, 110, 0.1}, {100, 50, -0.5}, {0, 0, 0}, {0, 1, math.Inf(1)}, {5, 0, -1}, {-10, -5, 0.5},
	} {
		if got := metric.Change(v.a, v.b); got != v.want {
			t.Errorf("from %v to %v: %v, want %v", v.a, v.b, got, v.want)
		}
	}
}

// The docs list every metric, as the table has it.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "compare.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("<!-- metrics -->\n| metric | shown in | better | what it is |\n| --- | --- | --- | --- |\n")
	for _, k := range metric.Kinds() {
		shown, of, decides := k.Unit.Name, "", ""
		if shown == "" {
			shown = "–"
		}
		if some := k.Of(); len(some) == 1 {
			of = "; of short-poll only"
		} else if some != nil {
			of = "; of polls only"
		}
		if k.Decides {
			decides = "; **decides**"
		}
		want.WriteString("| `*." + k.Name + "` | " + shown + " | " + string(k.Better) + " | " + k.Meaning + of + decides + " |\n")
	}
	want.WriteString("<!-- end -->\n")
	if !strings.Contains(string(text), want.String()) {
		t.Errorf("docs/compare.md does not have the table of the metrics as it is:\n%s", &want)
	}
}

// Trials of groups with transports of their own have metrics as well, under the name of such a trial.
func TestFindMixed(t *testing.T) {
	m, err := metric.Find("mixed.messages.lost")
	if err != nil || m.Transport != scenario.Mixed {
		t.Errorf("%v, %v", m, err)
	}
}
