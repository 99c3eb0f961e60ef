package metric

import (
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/pkg/wire"
)

// kinds is every figure there is, by what it is called. The mean latencies decide a comparison, and
// nothing else does: this was settled before anything was compared, because among a hundred figures
// some always differ by chance.
var kinds = []Kind{
	{Name: "latency.mean", Unit: milliseconds, Better: Less, Decides: true, Meaning: "how late a message arrives, on average", value: latency(func(d result.Distribution) time.Duration { return d.Mean })},
	{Name: "latency.p50", Unit: milliseconds, Better: Less, Meaning: "half the messages arrive within it", value: latency(func(d result.Distribution) time.Duration { return d.P50 })},
	{Name: "latency.p90", Unit: milliseconds, Better: Less, Meaning: "9 of 10 messages do", value: latency(func(d result.Distribution) time.Duration { return d.P90 })},
	{Name: "latency.p99", Unit: milliseconds, Better: Less, Meaning: "99 of 100 messages do", value: latency(func(d result.Distribution) time.Duration { return d.P99 })},
	{Name: "latency.p999", Unit: milliseconds, Better: Less, Meaning: "999 of 1000 messages do", value: latency(func(d result.Distribution) time.Duration { return d.P999 })},
	{Name: "latency.max", Unit: milliseconds, Better: Less, Meaning: "all messages do", value: latency(func(d result.Distribution) time.Duration { return d.Max })},

	{Name: "predicted.mean", Unit: milliseconds, Better: Neither, Detail: true, Meaning: "the mean latency that the model computes", value: predicted(func(p result.Prediction) float64 { return float64(p.Mean) })},
	{Name: "predicted.p99", Unit: milliseconds, Better: Neither, Detail: true, Meaning: "the 99th percentile that the model computes, of several trials where it is the same for all", value: predictedP99},
	{Name: "predicted.excess", Unit: milliseconds, Better: Less, Detail: true, Meaning: "the measured mean latency less the computed one", value: excess},
	{Name: "predicted.requests_per_second", Unit: perSecond, Better: Neither, Detail: true, Meaning: "HTTP requests that the model computes", value: predicted(func(p result.Prediction) float64 { return p.RequestsPerSecond })},

	{Name: "messages.expected", Unit: bare, Better: Neither, Meaning: "messages times subscribers", value: func(t result.Trial) (float64, bool) { return known(t.Messages.Expected) }},
	{Name: "messages.delivered", Unit: bare, Better: More, Meaning: "those that arrived", value: func(t result.Trial) (float64, bool) { return float64(t.Messages.Delivered), true }},
	{Name: "messages.lost", Unit: bare, Better: Less, Meaning: "those that did not", value: func(t result.Trial) (float64, bool) { return known(t.Messages.Lost) }},
	{Name: "messages.duplicated", Unit: bare, Better: Less, Meaning: "those that arrived again", value: func(t result.Trial) (float64, bool) { return float64(t.Messages.Duplicated), true }},
	{Name: "messages.empty_share", Unit: bare, Better: Less, Detail: true, Meaning: "polls that were answered empty, from 0 to 1", of: polls, value: emptyShare},
	{Name: "messages.per_answer", Unit: bare, Better: More, Detail: true, Meaning: "messages in each answer that has any", of: polls, value: perAnswer},

	{Name: "wire.bytes_per_message", Unit: bytes, Better: Less, Meaning: "all layers for each delivery, up and down", value: perMessage(wire.Bytes.Socket)},
	{Name: "wire.payload_bytes_per_message", Unit: bytes, Better: Less, Detail: true, Meaning: "of these, the messages themselves", value: perMessage(func(b wire.Bytes) int64 { return b.Payload })},
	{Name: "wire.framing_bytes_per_message", Unit: bytes, Better: Less, Detail: true, Meaning: "of these, what wraps messages", value: perMessage(func(b wire.Bytes) int64 { return b.Framing })},
	{Name: "wire.header_bytes_per_message", Unit: bytes, Better: Less, Meaning: "HTTP heads for each delivery, up and down", value: perMessage(func(b wire.Bytes) int64 { return b.Header })},
	{Name: "wire.tls_bytes_per_message", Unit: bytes, Better: Less, Detail: true, Meaning: "what TLS records add to each delivery", value: perMessage(func(b wire.Bytes) int64 { return b.TLS })},
	{Name: "wire.handshake_bytes_per_message", Unit: bytes, Better: Less, Detail: true, Meaning: "handshakes within the window for each delivery", value: perMessage(func(b wire.Bytes) int64 { return b.Handshake })},
	{Name: "wire.segments_per_message", Unit: bare, Better: Less, Meaning: "TCP segments for each delivery, up and down", value: packets(func(p wire.Packets) int64 { return p.Segments })},
	{Name: "wire.ip_bytes_per_message", Unit: bytes, Better: Less, Meaning: "bytes with TCP and IP headers for each delivery", value: packets(func(p wire.Packets) int64 { return p.IPBytes })},
	{Name: "wire.requests_per_second", Unit: perSecond, Better: Less, Meaning: "HTTP requests in the window", value: inWindow(func(l wire.Ledger) int64 { return l.Requests })},
	{Name: "wire.connections_per_second", Unit: perSecond, Better: Less, Meaning: "TCP connections opened in the window", value: inWindow(func(l wire.Ledger) int64 { return l.Connections })},
	{Name: "wire.upgrades_per_second", Unit: perSecond, Better: Less, Detail: true, Meaning: "WebSocket upgrades in the window", value: inWindow(func(l wire.Ledger) int64 { return l.Upgrades })},
	{Name: "wire.tls_full_per_second", Unit: perSecond, Better: Less, Detail: true, Meaning: "full TLS handshakes in the window", value: inWindow(func(l wire.Ledger) int64 { return l.TLSFull })},
	{Name: "wire.tls_resumed_per_second", Unit: perSecond, Better: Less, Detail: true, Meaning: "resumed TLS handshakes in the window", value: inWindow(func(l wire.Ledger) int64 { return l.TLSResumed })},
	{Name: "setup.bytes_per_client", Unit: bytes, Better: Less, Meaning: "what a client pays once, up and down", value: perClient(wire.Ledger.Socket)},
	{Name: "setup.connections_per_client", Unit: bare, Better: Less, Detail: true, Meaning: "TCP connections until a client is subscribed", value: perClient(func(l wire.Ledger) int64 { return l.Connections })},
	{Name: "setup.tls_per_client", Unit: bare, Better: Less, Detail: true, Meaning: "TLS handshakes until then, full or resumed", value: perClient(func(l wire.Ledger) int64 { return l.TLSFull + l.TLSResumed })},
	{Name: "setup.requests_per_client", Unit: bare, Better: Less, Detail: true, Meaning: "HTTP requests until then", value: perClient(func(l wire.Ledger) int64 { return l.Requests })},
	{Name: "setup.upgrades_per_client", Unit: bare, Better: Less, Detail: true, Meaning: "WebSocket upgrades until then", value: perClient(func(l wire.Ledger) int64 { return l.Upgrades })},

	{Name: "server.cpu_per_1000", Unit: milliseconds, Better: Less, Meaning: "the target's processor time for 1000 deliveries", value: cpu},
	{Name: "server.memory", Unit: megabytes, Better: Less, Meaning: "its resident memory at the window's end", value: func(t result.Trial) (float64, bool) { return read(t.Server.RSS) }},
	{Name: "server.goroutines", Unit: bare, Better: Less, Meaning: "its goroutines then", value: func(t result.Trial) (float64, bool) { return read(t.Server.Goroutines) }},

	{Name: "publish_lag.p99", Unit: milliseconds, Better: Less, Meaning: "how late messages are published", value: p99(func(t result.Trial) result.Distribution { return t.PublishLag })},
	{Name: "poll_lag.p99", Unit: milliseconds, Better: Less, Meaning: "how late polls leave", of: shortPoll, value: p99(func(t result.Trial) result.Distribution { return t.PollLag })},
	{Name: "generator_lag.p99", Unit: milliseconds, Better: Less, Meaning: "how late the generator itself is awake", value: p99(func(t result.Trial) result.Distribution { return t.GeneratorLag })},
}

// Who alone has a figure: nothing else asks, or asks by the clock.
var (
	polls     = []scenario.Transport{scenario.ShortPoll, scenario.LongPoll}
	shortPoll = polls[:1]
)

type valueFunc = func(result.Trial) (float64, bool)

func latency(of func(result.Distribution) time.Duration) valueFunc {
	return func(t result.Trial) (float64, bool) { return float64(of(t.Latency)), t.Latency.Count > 0 }
}

func p99(of func(result.Trial) result.Distribution) valueFunc {
	return func(t result.Trial) (float64, bool) { return float64(of(t).P99), of(t).Count > 0 }
}

func perMessage(of func(wire.Bytes) int64) valueFunc {
	return func(t result.Trial) (float64, bool) {
		steady := t.Wire.Steady
		return quotient(of(steady.Up)+of(steady.Down), float64(steady.Messages))
	}
}

func packets(of func(wire.Packets) int64) valueFunc {
	return func(t result.Trial) (float64, bool) {
		steady := t.Wire.Steady
		if steady.Packets == nil {
			return 0, false
		}
		return quotient(of(steady.Packets.Up)+of(steady.Packets.Down), float64(steady.Messages))
	}
}

func inWindow(of func(wire.Ledger) int64) valueFunc {
	return func(t result.Trial) (float64, bool) {
		return quotient(of(t.Wire.Steady.Ledger), t.Wire.Window.Seconds())
	}
}

func perClient(of func(wire.Ledger) int64) valueFunc {
	return func(t result.Trial) (float64, bool) {
		return quotient(of(t.Wire.Setup.Ledger), float64(t.Clients.SetUp()))
	}
}

// predicted reads what the model computed, where it was asked.
func predicted(of func(result.Prediction) float64) valueFunc {
	return func(t result.Trial) (float64, bool) {
		if t.Predicted == nil {
			return 0, false
		}
		return of(*t.Predicted), true
	}
}

func predictedP99(t result.Trial) (float64, bool) {
	if t.Predicted == nil || t.Predicted.P99 == nil {
		return 0, false
	}
	return float64(*t.Predicted.P99), true
}

func excess(t result.Trial) (float64, bool) {
	if t.Predicted == nil || t.Latency.Count == 0 {
		return 0, false
	}
	return float64(t.Latency.Mean - t.Predicted.Mean), true
}

func emptyShare(t result.Trial) (float64, bool) {
	return quotient(t.Wire.Steady.RequestsEmpty, float64(t.Wire.Steady.Requests))
}

func perAnswer(t result.Trial) (float64, bool) {
	return quotient(t.Wire.Steady.Messages, float64(t.Wire.Steady.RequestsWithMessages))
}

func cpu(t result.Trial) (float64, bool) {
	used, ok := read(t.Server.CPU())
	perMessage, some := quotient(1000*int64(used), float64(t.Wire.Steady.Messages))
	return perMessage, ok && some
}

// quotient returns n/d, which is not known when there is nothing to divide by.
func quotient(n int64, d float64) (float64, bool) {
	if d == 0 {
		return 0, false
	}
	return float64(n) / d, true
}

// known returns a count that a trial may not know.
func known(n *int64) (float64, bool) {
	if n == nil {
		return 0, false
	}
	return float64(*n), true
}

// read returns what a process was asked for; 0 stands for what could not be read.
func read[T ~int64](v T) (float64, bool) { return float64(v), v != 0 }
