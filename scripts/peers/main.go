// Command peers puts the project beside others: bench beside the load generators k6, wrk and h2load at the same work
// on the same target, and the target beside nginx with Nchan, serving the same messages to the same clients.
//
//	results/peers/run                                      everything that is published
//	go run ./scripts/peers generators --bench bin/bench --k6 k6 --out generators.json
//	go run ./scripts/peers servers --out servers.json
//	go run ./scripts/peers table generators.json servers.json
//
// Every run is a target and a tool of its own, one after the other: leave the machine alone meanwhile. What a process
// uses is read from /proc, by the same rule for all, and what was done is counted by the target.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"pollpush/internal/child"
	"pollpush/internal/cli"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == child.Command {
		return child.Run(ctx, stdin, stdout, stderr)
	}
	return cli.Run(ctx, rootCommand(), args, stdout, stderr)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:               "peers",
		Short:             "Compare bench with other load generators, and the target with another server",
		Args:              cli.NoArguments,
		RunE:              func(command *cobra.Command, _ []string) error { return command.Help() },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(generatorsCommand(), serversCommand(), tableCommand())
	return root
}

// size is how much is measured.
type size struct {
	rounds int
	quick  bool
}

// bind adds the flags that say how much.
func (s *size) bind(command *cobra.Command) {
	command.PreRunE = func(*cobra.Command, []string) error {
		if s.rounds < 1 {
			return cli.UsageError(fmt.Errorf("--rounds %d: want 1 or more", s.rounds))
		}
		return nil
	}
	command.Flags().IntVar(&s.rounds, "rounds", 3, "how often all take their turn")
	command.Flags().BoolVar(&s.quick, "quick", false, "few clients and short windows: to see that it works, not for figures")
}

// either returns the first when figures are not what is wanted, else the second.
func either[T any](s size, quick, full T) T {
	if s.quick {
		return quick
	}
	return full
}
