package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pollpush/internal/adapter"
)

func tableCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "table FILE...",
		Short: "Show what was measured, as Markdown",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			for _, path := range args {
				f, err := readFile(path)
				if err != nil {
					return err
				}
				if _, err := io.WriteString(command.OutOrStdout(), f.table()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// table returns all of a file's tables.
func (f file) table() string {
	var b strings.Builder
	for _, j := range jobs(size{}) {
		if runs := slices.DeleteFunc(slices.Clone(f.Generators), func(r generatorRun) bool { return r.Job != j.name }); len(runs) > 0 {
			generatorTable(&b, j, runs)
		}
	}
	if len(f.Servers) > 0 {
		serverTable(&b, f.Servers)
	}
	names := slices.Sorted(maps.Keys(f.Versions))
	for i, name := range names {
		names[i] = name + ": " + f.Versions[name]
	}
	fmt.Fprintf(&b, "Versions: pollpush: %s (%.12s); %s.\n\nOn: %s, %d × %s, %s.\n\n",
		escape(f.Tool.Version), escape(f.Tool.Commit), escape(strings.Join(names, "; ")), escape(f.Host.Kernel), f.Host.CPUs, escape(f.Host.CPUModel), f.Started.Format("2006-01-02"))
	return b.String()
}

// what says what a job is, and what is counted.
var what = map[string]struct{ title, unit string }{
	sockets: {"Each of %d clients follows one topic over WebSocket", "messages"},
	own:     {"Each of %d clients follows a topic of its own over WebSocket; messages come one by one", "messages"},
	polls:   {"Each of %d clients polls once a second, and takes what there is", "polls"},
	closed:  {"Each of %d clients polls again as soon as it was answered; all answers are empty", "polls"},
}

// summary is the medians of a tool's rounds.
type summary struct {
	tool      string
	clients   int
	perSecond float64 // polls or messages
	each      float64 // µs of processor time for one
	perCPU    float64 // polls or messages in a second of processor time
	perClient float64 // bytes
	reported  []latency
	behind    bool // in some round

	few, memory, rate, one []float64 // what they are medians of; few is memory with few clients
}

func summarize(runs []generatorRun) []summary {
	var all []summary
	for _, r := range runs {
		i := slices.IndexFunc(all, func(s summary) bool { return s.tool == r.Tool })
		if i < 0 {
			i = len(all)
			all = append(all, summary{tool: r.Tool})
		}
		s := &all[i]
		if r.Round == 0 {
			s.few = append(s.few, float64(r.Memory))
			continue
		}
		s.clients, s.reported, s.behind = r.Clients, r.Reported, s.behind || r.Behind
		s.memory = append(s.memory, float64(r.Memory))
		s.rate = append(s.rate, float64(r.Done)/r.Window.Seconds())
		s.one = append(s.one, float64(r.CPU.Microseconds())/float64(max(r.Done, 1)))
	}
	for i := range all {
		s := &all[i]
		s.perSecond, s.each = median(s.rate), median(s.one)
		if s.each > 0 {
			s.perCPU = 1e6 / s.each
		}
		s.perClient = (median(s.memory) - median(s.few)) / float64(max(s.clients-fewClients, 1))
	}
	return all
}

func generatorTable(b *strings.Builder, j job, runs []generatorRun) {
	all := summarize(runs)
	w := what[j.name]
	fmt.Fprintf(b, "**"+w.title+".**\n\n", all[0].clients)
	fmt.Fprintf(b, "| | %s a second | %s per CPU second | CPU each, µs | × bench | memory per client, KB | × bench |\n|:--|--:|--:|--:|--:|--:|--:|\n", w.unit, w.unit)
	behind := false
	for _, s := range all {
		doubt := ""
		if s.behind {
			behind, doubt = true, "?"
		}
		fmt.Fprintf(b, "| %s | %.0f | %.0f%s | %.1f%s | %s | %.1f | %s |\n", s.tool, s.perSecond, s.perCPU, doubt, s.each, doubt, times(s.each, all[0].each),
			s.perClient/1e3, times(s.perClient, all[0].perClient))
	}
	if behind {
		b.WriteString("\n? It fell behind: many messages had been sent to it that it had not taken in yet, so each costs more than that.\n")
	}
	b.WriteString("\n| | what it reports (the last round), ms | mean | p50 | p99 | max |\n|:--|:--|--:|--:|--:|--:|\n")
	for _, s := range all {
		if len(s.reported) == 0 {
			fmt.Fprintf(b, "| %s | nothing: no message was delivered | – | – | – | – |\n", s.tool)
		}
		for _, l := range s.reported {
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", s.tool, escape(l.Of), figure(l.Mean), figure(l.P50), figure(l.P99), figure(l.Max))
		}
	}
	b.WriteString("\n")
}

func serverTable(b *strings.Builder, runs []serverRun) {
	fmt.Fprintf(b, "**Each server sends the same messages to %d clients, one a second.**\n\n", runs[0].Clients)
	b.WriteString("| over | server | delivered | latency mean, ms | p50 | p99 | CPU ms per 1000 deliveries | memory per client, KB | before the clients, MB |\n" +
		"|:--|:--|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, over := range adapter.Transports() {
		for _, server := range servers {
			var mean, p50, p99, cpu, memory, before []float64
			var delivered, expected, wrong int64
			for _, r := range runs {
				if r.Transport != over || r.Server != server.name {
					continue
				}
				mean, p50, p99 = append(mean, *r.Latency.Mean), append(p50, *r.Latency.P50), append(p99, *r.Latency.P99)
				cpu = append(cpu, float64(r.CPU.Microseconds())/float64(max(r.Delivered, 1)))
				memory = append(memory, float64(r.Memory-r.Before)/float64(r.Clients))
				before = append(before, float64(r.Before))
				delivered, expected, wrong = delivered+r.Delivered, expected+r.Published*int64(r.Clients), wrong+r.Wrong
			}
			if len(mean) == 0 {
				continue
			}
			all := fmt.Sprintf("%d of %d", delivered, expected)
			if wrong > 0 {
				all += fmt.Sprintf(", %d wrong", wrong)
			}
			fmt.Fprintf(b, "| %s | %s | %s | %.2f | %.2f | %.2f | %.1f | %.1f | %.1f |\n", over, server.name, all,
				median(mean), median(p50), median(p99), median(cpu), median(memory)/1e3, median(before)/1e6)
		}
	}
	b.WriteString("\n")
}

func figure(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *v)
}

// times returns how many times another figure one is, where both are more than nothing.
func times(v, other float64) string {
	if v <= 0 || other <= 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", v/other)
}

// escape keeps a text in its cell.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}
