package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pollpush/internal/forecast"
	"pollpush/internal/headers"
	"pollpush/internal/link"
	"pollpush/internal/metric"
	"pollpush/internal/report"
	"pollpush/internal/result"
	"pollpush/internal/scenario"
	"pollpush/internal/trace"
)

// wordsOf returns the words that a flag of a command knows, nil when it takes anything; where others is set, it
// takes other texts as well.
func wordsOf(command, flag string) (words []string, others bool) {
	switch flag {
	case "transports":
		return texts(scenario.Transports()), false
	case arrivalsFlag:
		return texts(scenario.AllArrivals()), false
	case "poll-pacing":
		return texts(scenario.AllPacings()), false
	case "http":
		return texts(scenario.AllHTTP()), false
	case "deflate":
		return texts(scenario.AllDeflates()), false
	case "link":
		return link.Presets(), false
	case headersFlag:
		return headers.Names(), true
	case againstFlag:
		return report.Settings(), false
	case langFlag:
		return texts(report.Langs()), false
	case formatFlag:
		return formatsOf(command), false
	}
	return nil, false
}

// formatsOf returns what a command can print.
func formatsOf(command string) []string {
	switch command {
	case "run", "report":
		return texts(report.ResultFormats())
	case "predict":
		return texts(forecast.Formats())
	case "trace":
		return texts(trace.Formats())
	}
	return texts(report.Formats())
}

func texts[T ~string](words []T) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return all
}

// begun returns the words that the last flag's value may begin with, so that more follows.
func begun(flag string) []string {
	var names []string
	switch flag {
	case "limit":
		for _, name := range result.LimitNames() {
			names = append(names, name+"=")
		}
	case "fail-if":
		for _, m := range metric.Of(append(scenario.Transports(), scenario.Mixed)) {
			names = append(names, m.Name())
		}
	}
	return names
}

// listed returns the words that a flag's value is a list of.
func listed(command, flag string) []string {
	switch flag {
	case "transports":
		words, _ := wordsOf(command, flag)
		return words
	case columnsFlag:
		var names []string
		for _, k := range metric.Kinds() {
			names = append(names, k.Name)
		}
		return names
	case "metrics":
		return begun("fail-if")
	}
	return nil
}

// endings are how the names of files end that a flag takes.
var endings = map[string][]string{
	scenarioFlag: {"yaml", "yml"}, "from": {"json"}, "out": {"json"}, updateFlag: {"md", "markdown"}, "ca": {"pem", "crt"},
}

// completeAll lets shells complete the values of the flags of all commands.
func completeAll(root *cobra.Command) {
	for _, c := range root.Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if complete := completion(c.Name(), f.Name); complete != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, complete) // the flag is there, and has none yet
			}
		})
		switch c.Name() {
		case "report", "compare":
			c.ValidArgsFunction = cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveFilterFileExt)
		case "trace":
			c.ValidArgs = texts(scenario.Transports())
		case "schema":
			c.ValidArgs = schemaNames()
		case "man":
		default:
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
}

// completion returns how a flag's value is completed, nil for as the shell does: with files.
func completion(command, flag string) cobra.CompletionFunc {
	const noFiles, noSpace = cobra.ShellCompDirectiveNoFileComp, cobra.ShellCompDirectiveNoSpace
	if words := listed(command, flag); words != nil {
		return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return afterComma(words, typed), noFiles | noSpace
		}
	}
	if words := begun(flag); words != nil {
		return cobra.FixedCompletions(words, noFiles|noSpace)
	}
	if words, others := wordsOf(command, flag); others {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveDefault)
	} else if words != nil {
		return cobra.FixedCompletions(words, noFiles)
	}
	if flag == chartsFlag {
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	}
	if ends, ok := endings[flag]; ok {
		return cobra.FixedCompletions(ends, cobra.ShellCompDirectiveFilterFileExt)
	}
	return nil
}

// afterComma returns a list as it was typed with each of the words at its end that it does not have yet.
func afterComma(words []string, typed string) []string {
	start := strings.LastIndexByte(typed, ',') + 1
	have := strings.Split(typed[:start], ",")
	var all []string
	for _, w := range words {
		if !slices.Contains(have, w) {
			all = append(all, typed[:start]+w)
		}
	}
	return all
}
