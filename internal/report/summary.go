package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pollpush/internal/result"
)

// alike is the factor below which two median latencies are not told apart. No test of significance
// stands behind the sentences, so they speak only of what no luck of a trial could turn round.
const alike = 3

// summary says in plain sentences what the figures say. Invalid trials have no say.
func (w *words) summary(all []column) []string {
	cs := slices.DeleteFunc(slices.Clone(all), func(c column) bool {
		return c.state == result.Invalid || c.latency.Count() == 0 || c.steady.Messages == 0
	})
	if len(cs) == 0 {
		return nil
	}
	var sentences []string
	if len(cs) < len(all) {
		sentences = append(sentences, fmt.Sprintf(w.sentences.only, w.names(cs)))
	}
	for _, s := range []string{w.fastest(cs), w.cost(cs), w.emptyPolls(cs), w.pollingWins(cs)} {
		if s != "" {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// fastest says whose messages arrived soonest, and how much later the others' did.
func (w *words) fastest(cs []column) string {
	if len(cs) < 2 || slices.ContainsFunc(cs, func(c column) bool { return c.published < fewMessages }) {
		return ""
	}
	byMedian := sorted(cs, func(c column) float64 { return float64(c.latency.Percentile(50)) })
	best := byMedian[0].latency.Percentile(50)
	n := 1
	for n < len(byMedian) && float64(byMedian[n].latency.Percentile(50)) < alike*float64(best) {
		n++
	}
	worst := milliseconds(byMedian[n-1].latency.Percentile(50))
	if n == len(byMedian) {
		return fmt.Sprintf(w.sentences.noneFaster, worst)
	}
	var b strings.Builder
	fmt.Fprintf(&b, w.sentences.soonest, capital(w.names(byMedian[:n])))
	if n > 1 {
		b.WriteString(w.sentences.tied)
	}
	fmt.Fprintf(&b, w.sentences.within, worst)
	for _, c := range byMedian[n:] {
		fmt.Fprintf(&b, w.sentences.later, w.within[c.transport], milliseconds(c.latency.Percentile(50)))
	}
	b.WriteString(w.sentences.stop)
	return b.String()
}

// capital makes the first letter a capital one, where there are such.
func capital(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

// cost says what a delivered message took on the sockets.
func (w *words) cost(cs []column) string {
	byBytes := sorted(cs, valueOf(bytesPerMessage))
	parts := make([]string, len(byBytes))
	for i, c := range byBytes {
		parts[i] = fmt.Sprintf(w.sentences.bytesOver, Significant(c.value(bytesPerMessage)), w.within[c.transport])
	}
	best := byBytes[0]
	return fmt.Sprintf(w.sentences.bytes, w.list(parts), Significant(best.value("wire.payload_bytes_per_message")))
}

// emptyPolls says how many polls were for nothing.
func (w *words) emptyPolls(cs []column) string {
	var parts []string
	for _, c := range cs {
		if c.transport.Polls() && c.steady.Requests > 0 {
			parts = append(parts, fmt.Sprintf(w.sentences.emptyIn, percent(c.value("messages.empty_share")), w.within[c.transport]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf(w.sentences.empty, w.list(parts))
}

// fewMessages is how many messages a figure of time needs before it is spoken of.
const fewMessages = 5

// Processor time and memory are spoken of when they differ by this factor, and processor time only
// when there was this much of it. Bytes are counted exactly: any difference is one.
const (
	noisy   = 2
	someCPU = 100 * time.Millisecond
)

// contests are what polling can win. Less is better in each.
var contests = []struct {
	what   func(*words) string
	figure string // its name
	factor float64
	cpu    time.Duration // that both have to have used
}{
	{func(w *words) string { return w.sentences.bytesPerDelivery }, bytesPerMessage, 1, 0},
	{func(w *words) string { return w.sentences.cpuPer1000 }, "server.cpu_per_1000", noisy, someCPU},
	{func(w *words) string { return w.sentences.memory }, "server.memory", noisy, 0},
}

// pollingWins says in what polling did better than every push transport, if in anything.
func (w *words) pollingWins(cs []column) string {
	polls := filter(cs, func(c column) bool { return c.transport.Polls() })
	pushes := filter(cs, func(c column) bool { return !c.transport.Polls() })
	if len(polls) == 0 || len(pushes) == 0 {
		return ""
	}
	var wins []string
	for _, contest := range contests {
		poll, push := sorted(polls, valueOf(contest.figure))[0], sorted(pushes, valueOf(contest.figure))[0]
		if min(poll.server.CPU(), push.server.CPU()) < contest.cpu {
			continue
		}
		if v, other := poll.value(contest.figure), push.value(contest.figure); v > 0 && v*contest.factor < other {
			wins = append(wins, fmt.Sprintf(w.sentences.cheaperIn, contest.what(w),
				Significant(v), w.within[poll.transport], Significant(other), w.within[push.transport]))
		}
	}
	if len(wins) == 0 {
		return w.sentences.notCheaper
	}
	return fmt.Sprintf(w.sentences.cheaper, w.list(wins))
}

// bytesPerMessage is the name of what a delivery took on the sockets.
const bytesPerMessage = "wire.bytes_per_message"

// valueOf reads a figure by its name.
func valueOf(name string) func(column) float64 {
	return func(c column) float64 { return c.value(name) }
}

func sorted(cs []column, by func(column) float64) []column {
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b column) int {
		switch x, y := by(a), by(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return cs
}

func filter(cs []column, keep func(column) bool) []column {
	return slices.DeleteFunc(slices.Clone(cs), func(c column) bool { return !keep(c) })
}

func (w *words) names(cs []column) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = w.within[c.transport]
	}
	return w.list(texts)
}
