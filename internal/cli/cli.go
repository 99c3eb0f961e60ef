// Package cli is what the two programs have in common: how they end, and how they say what is
// wrong.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"pollpush/internal/visible"
)

// The exit codes.
const (
	Good   = 0
	Failed = 1 // it ran, or tried to, and something went wrong
	Usage  = 2 // it was asked for something that cannot be, and did nothing
	Missed = 3 // it ran, and what it was held to does not hold
)

// usageError is an error of whoever typed the command.
type usageError struct{ error }

// UsageError marks err as one that exits with Usage.
func UsageError(err error) error { return usageError{err} }

// missedError is that figures are not as they have to be.
type missedError struct{ error }

// MissedError marks err as one that exits with Missed, whatever else went wrong.
func MissedError(err error) error { return missedError{err} }

// Run runs a command line and returns the exit code. An interrupt or a SIGTERM ends the context;
// a second one ends the program.
func Run(ctx context.Context, command *cobra.Command, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return UsageError(err) })
	used, err := command.ExecuteContextC(ctx)
	if err == nil {
		return Good
	}
	var usage usageError
	if errors.As(err, &usage) {
		between := " "
		if strings.Contains(err.Error(), "\n") {
			between = "\n" // below the line of a file that is shown
		}
		_, _ = fmt.Fprintf(stderr, "%s: %s%s(%s --help lists what there is)\n", command.Name(), shown(err), between, used.CommandPath())
		return Usage
	}
	for sentence := range strings.SplitSeq(shown(err), "\n") {
		_, _ = fmt.Fprintf(stderr, "%s: %s\n", command.Name(), sentence) // nowhere else to say it
	}
	if errors.As(err, new(missedError)) {
		return Missed
	}
	return Failed
}

// shown returns what an error says, line by line safe to be shown: it may quote files.
func shown(err error) string {
	lines := strings.Split(strings.TrimSuffix(err.Error(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = visible.Line(line)
	}
	return strings.Join(lines, "\n")
}

// NoArguments refuses arguments that are no flags.
func NoArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return UsageError(fmt.Errorf("%q is no command and no flag", args[0]))
	}
	return nil
}
