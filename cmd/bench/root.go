package main

import (
	"strings"

	"github.com/spf13/cobra"

	"pollpush/internal/build"
	"pollpush/internal/cli"
)

// withDefault puts "run" in front of arguments that name no command.
func withDefault(args []string) []string {
	if len(args) == 0 {
		return []string{"run"}
	}
	switch first := args[0]; {
	case first == cobra.ShellCompRequestCmd || first == cobra.ShellCompNoDescRequestCmd:
		return append(args[:1:1], completed(args[1:])...)
	case first == "-h", first == "--help", first == "-v", first == "--version", !strings.HasPrefix(first, "-"):
		return args
	}
	return append([]string{"run"}, args...)
}

// completed puts "run" in front of what a shell is to complete, where it will be put when it is run.
func completed(args []string) []string {
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		return append([]string{"run"}, args...)
	}
	return args
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "bench",
		Short: "Should this feature poll or push? Measure it.",
		Long: `bench delivers one message schedule over short polling, long polling, Server-Sent
Events and WebSocket, and shows side by side how late each message arrived, what it
cost on the wire, how many handshakes it took, and what the server paid.

Without a command it does "bench run": it starts a target of its own, and ends it.`,
		Version: build.Version,
		Args:    cli.NoArguments,
		RunE:    func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	root.AddCommand(
		runCommand(),
		reportCommand(),
		compareCommand(),
		predictCommand(),
		doctorCommand(),
		traceCommand(),
		quantumLeapCommand(),
		schemaCommand(),
		cli.ManCommand(build.Name),
	)
	completeAll(root)
	return root
}
