package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// alike is the factor below which two median latencies are not told apart. No test of significance
// stands behind the sentences, so they speak only of what no luck of a trial could turn round.
const alike = 3

// summary says in plain sentences what the figures say. Invalid trials have no say.
func summary(all []column) []string {
	cs := slices.DeleteFunc(slices.Clone(all), func(c column) bool {
		return c.state == result.Invalid || c.latency.Count() == 0 || c.steady.Messages == 0
	})
	if len(cs) == 0 {
		return nil
	}
	var sentences []string
	if len(cs) < len(all) {
		sentences = append(sentences, fmt.Sprintf("What follows is about %s alone.", names(cs)))
	}
	for _, s := range []string{fastest(cs), cost(cs), emptyPolls(cs), pollingWins(cs)} {
		if s != "" {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// fastest says whose messages arrived soonest, and how much later the others' did.
func fastest(cs []column) string {
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
		return fmt.Sprintf("No transport was clearly faster than another: half the messages arrived within %s ms over each of them.", worst)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s delivered soonest", capital(names(byMedian[:n])))
	if n > 1 {
		b.WriteString(", too close to tell apart")
	}
	fmt.Fprintf(&b, ": half the messages arrived within %s ms", worst)
	for _, c := range byMedian[n:] {
		fmt.Fprintf(&b, ", over %s within %s ms", within[c.transport], milliseconds(c.latency.Percentile(50)))
	}
	b.WriteString(".")
	return b.String()
}

// capital makes the first letter a capital one.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// cost says what a delivered message took on the sockets.
func cost(cs []column) string {
	byBytes := sorted(cs, bytesPerMessage)
	parts := make([]string, len(byBytes))
	for i, c := range byBytes {
		parts[i] = fmt.Sprintf("%s over %s", Significant(bytesPerMessage(c)), within[c.transport])
	}
	best := byBytes[0]
	return fmt.Sprintf("Bytes on the sockets for each delivered message: %s; their payload is %s of them.",
		listed(parts), Significant(best.perMessage(best.steady.Down.Payload)))
}

// emptyPolls says how many polls were for nothing.
func emptyPolls(cs []column) string {
	var parts []string
	for _, c := range cs {
		if c.transport.Polls() && c.steady.Requests > 0 {
			share := float64(c.steady.RequestsEmpty) / float64(c.steady.Requests)
			parts = append(parts, fmt.Sprintf("%s in %s", percent(share), within[c.transport]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Polls that came back empty: %s.", listed(parts))
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
	what   string
	value  func(column) float64
	factor float64
}{
	{"bytes per delivery", bytesPerMessage, 1},
	{"server CPU ms per 1000 deliveries", cpuPerThousand, noisy},
	{"server memory in MB", func(c column) float64 { return float64(c.server.RSS) / 1e6 }, noisy},
}

// pollingWins says in what polling did better than every push transport, if in anything.
func pollingWins(cs []column) string {
	polls := filter(cs, func(c column) bool { return c.transport.Polls() })
	pushes := filter(cs, func(c column) bool { return !c.transport.Polls() })
	if len(polls) == 0 || len(pushes) == 0 {
		return ""
	}
	var wins []string
	for _, contest := range contests {
		poll, push := sorted(polls, contest.value)[0], sorted(pushes, contest.value)[0]
		if contest.factor > 1 && min(poll.server.CPU(), push.server.CPU()) < someCPU {
			continue
		}
		if v := contest.value(poll); v > 0 && v*contest.factor < contest.value(push) {
			wins = append(wins, fmt.Sprintf("%s (%s over %s, %s over %s)", contest.what,
				Significant(v), within[poll.transport], Significant(contest.value(push)), within[push.transport]))
		}
	}
	if len(wins) == 0 {
		return "Polling was not clearly cheaper in bytes per delivery, server CPU or server memory here. It can be where several messages fall into one poll interval, because one answer then carries them all."
	}
	return fmt.Sprintf("Polling was cheaper in %s.", listed(wins))
}

func bytesPerMessage(c column) float64 { return c.perMessage(c.steady.Socket()) }

func cpuPerThousand(c column) float64 {
	return c.perMessage(int64(c.server.CPU())) * 1000 / float64(time.Millisecond)
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

func names(cs []column) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = within[c.transport]
	}
	return listed(texts)
}

// within is what a transport is called within a sentence.
var within = map[scenario.Transport]string{
	scenario.ShortPoll: "short polling",
	scenario.LongPoll:  "long polling",
	scenario.SSE:       "SSE",
	scenario.WebSocket: "WebSocket",
	scenario.Mixed:     "the mix of transports",
}

// listed joins texts as a sentence does.
func listed(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1]
}
