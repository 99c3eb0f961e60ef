package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pollpush/internal/adapter"
	"pollpush/internal/cli"
	"pollpush/pkg/clock"
)

// servers are those that are compared, by how each is started. Another is a row here, and a file in
// internal/adapter.
var servers = []struct {
	name  string
	start func(context.Context, clock.Clock, io.Writer) (adapter.Server, error)
}{
	{"target", func(ctx context.Context, _ clock.Clock, stderr io.Writer) (adapter.Server, error) {
		return adapter.StartTarget(ctx, stderr)
	}},
	{"nchan", func(ctx context.Context, clk clock.Clock, _ io.Writer) (adapter.Server, error) {
		return adapter.StartNchan(ctx, clk)
	}},
}

func serversCommand() *cobra.Command {
	var s size
	var out string
	command := &cobra.Command{
		Use:   "servers",
		Short: "Compare the target with nginx and Nchan, serving the same messages to the same clients",
		Args:  cli.NoArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return measureInto(out, func(f *file) error { return serveAll(command.Context(), f, s, command.ErrOrStderr()) })
		},
	}
	s.bind(command)
	command.Flags().StringVar(&out, "out", "servers.json", "file that everything measured is put into")
	return command
}

// serveAll has the servers take turns in rounds. Every trial starts a server of its own.
func serveAll(ctx context.Context, f *file, s size, stderr io.Writer) error {
	f.Versions["nchan"] = nchanVersion(ctx)
	for round := range s.rounds {
		for _, over := range adapter.Transports() {
			for _, server := range servers {
				_, _ = fmt.Fprintf(stderr, "%s: %s, round %d of %d\n", over, server.name, round+1, s.rounds)
				clk := clock.New()
				running, err := server.start(ctx, clk, stderr)
				if err != nil {
					return err
				}
				r, err := serve(ctx, running, clk, trial{
					transport: over, clients: either(s, 20, 1000), rate: either(s, 20.0, 1.0),
					settle: 500 * time.Millisecond, warmup: either(s, 100*time.Millisecond, 2*time.Second),
					window: either(s, time.Second, 8*time.Second),
				})
				running.Close()
				if err != nil {
					return fmt.Errorf("%s over %s: %w", server.name, over, err)
				}
				r.Server, r.Round = server.name, round+1
				f.Servers = append(f.Servers, r)
			}
		}
	}
	return nil
}

// nchanVersion returns what nginx and Debian's package manager say.
func nchanVersion(ctx context.Context) string {
	nginx, _ := exec.CommandContext(ctx, "nginx", "-v").CombinedOutput()
	nchan, _ := exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat", "libnginx-mod-nchan ${Version}", "libnginx-mod-nchan").Output()
	return strings.TrimPrefix(strings.TrimSpace(string(nginx)), "nginx version: ") + ", " + string(nchan) // what cannot be asked is left out
}
