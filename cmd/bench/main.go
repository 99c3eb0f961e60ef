// Command bench measures what polling and pushing cost and how late they deliver: it runs one
// message schedule over short polling, long polling, Server-Sent Events and WebSocket, and shows
// them side by side.
package main

import (
	"context"
	"io"
	"os"

	"pollpush/internal/child"
	"pollpush/internal/cli"
	"pollpush/internal/worker"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 1 {
		switch args[0] {
		case child.Command:
			return child.Run(ctx, stdin, stdout, stderr)
		case worker.Command:
			return worker.Run(ctx, stdin, stdout, stderr)
		}
	}
	return cli.Run(ctx, rootCommand(), withDefault(args), stdout, stderr)
}
