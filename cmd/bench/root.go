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
	case first == "-h", first == "--help", first == "-v", first == "--version", !strings.HasPrefix(first, "-"):
		return args
	}
	return append([]string{"run"}, args...)
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
	root.AddCommand(runCommand(), reportCommand(), compareCommand(), predictCommand(), doctorCommand(), traceCommand(), quantumLeapCommand())
	return root
}
