package child

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"pollpush/internal/target"
	"pollpush/pkg/clock"
)

// Run is the child's side: it serves a target until stdin ends or ctx does, and returns the exit
// code. It ignores interrupts: the parent decides what one means.
func Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(os.Interrupt)
	greeted, err := serve(ctx, stdin, stdout, stderr)
	switch {
	case err == nil:
		return 0
	case greeted: // nothing but the greeting is read from stdout
		_, _ = fmt.Fprintf(stderr, "target: %v\n", err) // there is nobody else to tell
	default:
		_ = json.NewEncoder(stdout).Encode(greeting{Error: err.Error()}) // a parent that is gone reads nothing
	}
	return 1
}

// serve serves a target, and reports whether the parent was greeted.
func serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (greeted bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	input := bufio.NewReader(stdin)
	config, err := readConfig(input)
	if err != nil {
		return false, err
	}
	t, err := target.New(config, clock.New(), log.New(stderr, "target: ", 0))
	if err != nil {
		return false, err
	}
	service, admin, err := target.Listen(config)
	if err != nil {
		return false, err
	}
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, input) // until the parent closes it, or is gone
	}()
	if err := json.NewEncoder(stdout).Encode(greeting{
		Service: service.Addr().String(), Admin: admin.Addr().String(), CA: t.CA(),
	}); err != nil {
		return false, err
	}
	return true, t.Serve(ctx, service, admin)
}

func readConfig(input *bufio.Reader) (target.Config, error) {
	line, err := input.ReadBytes('\n')
	if err != nil {
		return target.Config{}, fmt.Errorf("configuration on standard input: %w", err)
	}
	var config target.Config
	if err := json.Unmarshal(line, &config); err != nil {
		return target.Config{}, fmt.Errorf("configuration on standard input: %w", err)
	}
	return config, config.Validate()
}
