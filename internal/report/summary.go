package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pollpush/internal/result"
	"pollpush/internal/scenario"
)

// alike is the factor below which two latencies are not told apart: trials repeat no better on a
// machine that does other things as well.
const alike = 1.5

// summary says in plain sentences what the figures say. Invalid trials have no say.
func summary(cs []column) []string {
	cs = slices.DeleteFunc(slices.Clone(cs), func(c column) bool {
		return c.state == result.Invalid || c.latency.Count() == 0 || c.steady.Messages == 0
	})
	if len(cs) == 0 {
		return nil
	}
	var sentences []string
	for _, s := range []string{fastest(cs), cost(cs), emptyPolls(cs), pollingWins(cs)} {
		if s != "" {
			sentences = append(sentences, s)
		}
	}
	return sentences
}

// fastest says whose messages arrived soonest, and how much later the others' did.
func fastest(cs []column) string {
	if len(cs) < 2 {
		return ""
	}
	byMedian := sorted(cs, func(c column) float64 { return float64(c.latency.Percentile(50)) })
	best := byMedian[0].latency.Percentile(50)
	n := 1
	for n < len(byMedian) && float64(byMedian[n].latency.Percentile(50)) < alike*float64(best) {
		n++
	}
	var b strings.Builder
	switch {
	case n == len(byMedian):
		fmt.Fprintf(&b, "No transport was clearly faster than another: half the messages arrived within %s ms over each of them.",
			milliseconds(byMedian[n-1].latency.Percentile(50)))
		return b.String()
	case n == 1:
		fmt.Fprintf(&b, "%s was the fastest: half its messages arrived within %s ms", title[byMedian[0].transport], milliseconds(best))
	default:
		fmt.Fprintf(&b, "%s were the fastest, too close to tell apart: half their messages arrived within %s ms",
			names(byMedian[:n]), milliseconds(byMedian[n-1].latency.Percentile(50)))
	}
	for _, c := range byMedian[n:] {
		fmt.Fprintf(&b, ", over %s %s ms", within[c.transport], milliseconds(c.latency.Percentile(50)))
	}
	b.WriteString(".")
	return b.String()
}

// cost says what a delivered message took on the sockets.
func cost(cs []column) string {
	byBytes := sorted(cs, bytesPerMessage)
	parts := make([]string, len(byBytes))
	for i, c := range byBytes {
		parts[i] = fmt.Sprintf("%s %s", significant(bytesPerMessage(c)), "over "+within[c.transport])
	}
	return fmt.Sprintf("A delivered message took %s bytes on the sockets, of which %s were its own.",
		listed(parts), significant(byBytes[0].perMessage(byBytes[0].steady.Down.Payload)))
}

// emptyPolls says how many polls were for nothing.
func emptyPolls(cs []column) string {
	var parts []string
	for _, c := range cs {
		if c.transport.Polls() && c.steady.Requests > 0 {
			share := float64(c.steady.RequestsEmpty) / float64(c.steady.Requests)
			parts = append(parts, fmt.Sprintf("%s of the polls in %s", percent(share), within[c.transport]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s came back empty.", listed(parts))
}

// pollingWins says in what polling did better than every push transport, if in anything.
func pollingWins(cs []column) string {
	polls := filter(cs, func(c column) bool { return c.transport.Polls() })
	pushes := filter(cs, func(c column) bool { return !c.transport.Polls() })
	if len(polls) == 0 || len(pushes) == 0 {
		return ""
	}
	var wins []string
	for _, by := range []struct {
		what  string
		value func(column) float64
		show  func(float64) string
	}{
		{"bytes per delivery", bytesPerMessage, significant},
		{"server CPU ms per 1000 deliveries", cpuPerThousand, significant},
		{"set-up bytes per client", func(c column) float64 { return float64(c.setup.Socket()) / float64(max(c.clients, 1)) }, significant},
		{"server memory in MB", func(c column) float64 { return float64(c.server.RSS) / 1e6 }, significant},
	} {
		poll, push := sorted(polls, by.value)[0], sorted(pushes, by.value)[0]
		if by.value(poll) > 0 && by.value(poll) < by.value(push) {
			wins = append(wins, fmt.Sprintf("%s (%s against %s with %s)",
				by.what, by.show(by.value(poll)), by.show(by.value(push)), title[push.transport]))
		}
	}
	if len(wins) == 0 {
		return "Polling won in nothing here; it can where messages come often for the poll interval, so that one answer carries many."
	}
	trials := "one trial"
	if n := cs[0].trials; n > 1 {
		trials = fmt.Sprintf("%d trials", n)
	}
	return fmt.Sprintf("Polling did better in %s; this is %s, and small differences are noise.", listed(wins), trials)
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
		texts[i] = title[c.transport]
	}
	return listed(texts)
}

// within is what a transport is called within a sentence.
var within = map[scenario.Transport]string{
	scenario.ShortPoll: "short polling",
	scenario.LongPoll:  "long polling",
	scenario.SSE:       "SSE",
	scenario.WebSocket: "WebSocket",
}

// listed joins texts as a sentence does.
func listed(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1]
}
