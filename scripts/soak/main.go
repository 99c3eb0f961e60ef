// Command soak lets clients come and go for a long time, and sees that nothing of them is left.
//
//	go run ./scripts/soak
//	go run ./scripts/soak --clients 500 --duration 40s
//
// A quarter of the clients follow over each transport, at the same time, against one target in a process of its
// own. Three quarters of them leave and come again, over and over: held polls are given up, streams and sockets
// closed, connections opened anew. In the end all that are there are cut off at once, without a goodbye.
//
// Goroutines, open files, heap and resident memory of both processes are read before, while and after. What is
// before is after a short round of the same kind: a Go process keeps what its largest crowd took once (descriptors
// of goroutines, the tables of maps), and that is no leak. Nothing may be more after many rounds than after one.
//
// It needs Linux, and as many open files as clients and a quarter more (ulimit -n).
//
// Exit code: 0 when all is as it was, 1 when something is not, 2 when it was asked for something that cannot be.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

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

// What can be asked for: a crowd of which each transport has a few that come and go, and a window with a few stages.
const (
	minClients  = 16
	minDuration = 2 * minStage
	maxDuration = 2 * time.Hour // less than of a run: what stays behind shows long before
)

func rootCommand() *cobra.Command {
	s := soak{clients: 10_000, duration: 10 * time.Minute}
	root := &cobra.Command{
		Use:   "soak",
		Short: "Let clients come and go, and see that nothing of them is left",
		Args:  cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			if err := s.check(); err != nil {
				return cli.UsageError(err)
			}
			s.stderr = command.ErrOrStderr()
			return s.run(command.Context(), command.OutOrStdout())
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.Flags().IntVar(&s.clients, "clients", s.clients, "clients at most at the same time")
	root.Flags().DurationVar(&s.duration, "duration", s.duration, "how long they come and go")
	return root
}

func (s soak) check() error {
	if s.clients < minClients {
		return fmt.Errorf("--clients %d: want %d or more", s.clients, minClients)
	}
	if s.duration < minDuration || s.duration > maxDuration {
		return fmt.Errorf("--duration %s: want %s to %s", s.duration, minDuration, maxDuration)
	}
	if err := s.target().Validate(); err != nil {
		return fmt.Errorf("--clients %d, with room for those that come while others leave: %w", s.clients, err)
	}
	return s.scenario(s.duration).Validate()
}
