// Command target is the server under test as a program of its own: it delivers one feed over short
// polling, long polling, Server-Sent Events and WebSocket.
package main

import (
	"context"
	"os"

	"pollpush/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), rootCommand(), os.Args[1:], os.Stdout, os.Stderr))
}
